// SPDX-License-Identifier: Apache-2.0
#include "import.hpp"

#include "output_file.hpp"

#include "command_line.hpp"
#include "terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/io/history.hpp>
#include <gpupack/io/match_models.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/io/read_history.hpp>
#include <gpupack/io/read_history_nodes.hpp>
#include <gpupack/io/write_history.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <unistd.h>

namespace replay_program {
namespace {

using gpupack::bad_input;
using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;
namespace io = gpupack::io;

/// What the command line says.
struct import_options {
    std::string jobs;
    std::string nodes;
    std::string cluster;
    std::string write_nodes;
    std::string write_tasks;
    std::string failed = "keep";
    std::string time_unit;
    std::vector<std::string> columns;
    bool gpus_only = false;
    io::history_options history;
};

void describe(CLI::App& app, import_options& chosen) {
    app.add_option(
           "HISTORY", chosen.jobs,
           "sacct --parsable2, openb, Philly, Helios, Acme, PAI 2020, Alibaba 2025 or 2026, Kubernetes' JSON, or "
           "a table of arrivals, durations and GPUs; - is standard input; may be compressed by gzip")
        ->required()
        ->option_text(" ");
    app.add_option("--nodes", chosen.nodes,
                   "its machines: openb, Alibaba 2026, PAI 2020, Philly, sinfo, scontrol show node, or JSON")
        ->option_text("FILE");
    app.add_option("--cluster", chosen.cluster, "machines made up: NODESxGPUS[:MODEL], without limit of CPU and memory")
        ->option_text("MACHINES");
    app.add_option("--write-nodes", chosen.write_nodes, "write the machines to that file, for --nodes of a replay")
        ->option_text("FILE");
    app.add_option("--write-tasks", chosen.write_tasks, "write the tasks to that file, for --pods of a replay")
        ->option_text("FILE");
    app.add_option("--layout", chosen.history.layout, "the layout by name, where it is not found by the columns")
        ->option_text("NAME");
    app.add_option("--columns", chosen.columns,
                   "names of the columns of a file without a header, as sacct --format has them")
        ->delimiter(',')
        ->option_text("NAMES");
    app.add_option("--gpus-per-node", chosen.history.gpus_per_node,
                   "a job of more GPUs, without a number of nodes, is a gang of such nodes (default 8)")
        ->check(CLI::Range(1, 32))
        ->option_text("NUMBER");
    app.add_option("--failed", chosen.failed, "keep (the default) or drop jobs that ran and failed or were cancelled")
        ->check(CLI::IsMember({"keep", "drop"}))
        ->option_text("keep|drop");
    app.add_option("--time-unit", chosen.time_unit,
                   "seconds in a unit of time, where times are numbers of another unit")
        ->option_text("NUMBER");
    app.add_flag("--gpus-only", chosen.gpus_only, "leave out jobs without GPUs");
    app.footer("Examples:\n"
               "  sacct --allusers --parsable2 --format=ALL |\n"
               "    gpupack-replay import - --cluster 52x8:V100 --write-nodes n.csv --write-tasks t.csv\n"
               "  gpupack-replay --nodes n.csv --pods t.csv --timeline\n");
}

/// Machines as NODESxGPUS[:MODEL] says.
expected<io::node_history, input_error> make_cluster(const std::string& text) {
    const auto wrong = [&] {
        return bad_input("--cluster", text, "NODESxGPUS[:MODEL], as 52x8:V100, of at most 32 GPUs");
    };
    const std::size_t cross = text.find('x');
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (cross == std::string::npos || cross > colon) return wrong();
    const auto nodes = io::parse_whole(text.substr(0, cross));
    const auto gpus = io::parse_whole(text.substr(cross + 1, colon - cross - 1));
    if (!nodes || !gpus || *nodes < 1 || *nodes > 1'000'000 || *gpus < 1 || *gpus > gpupack::max_gpus_per_node)
        return wrong();
    io::node_history made;
    made.layout = "made up";
    made.rows = static_cast<std::size_t>(*nodes);
    for (std::int64_t n = 0; n < *nodes; ++n)
        made.records.push_back({"node-" + std::to_string(n), gpupack::max_amount, gpupack::max_amount,
                                static_cast<int>(*gpus), colon < text.size() ? text.substr(colon + 1) : "GPU"});
    return made;
}

std::string notes_text(std::string_view what, const std::vector<io::history_note>& notes) {
    std::string text;
    for (const io::history_note& each : notes) {
        text += fmt::format("  {}: ", what);
        if (each.rows > 0) text += fmt::format("{} rows: ", each.rows);
        text += each.text;
        text += each.first_line > 0 ? fmt::format(" (first: line {})\n", each.first_line) : "\n";
    }
    return text;
}

/// What the jobs are: how many, gangs, GPU time, how long they waited.
std::string jobs_text(const std::string& file, const io::job_history& history) {
    std::size_t gangs = 0;
    std::size_t cpu_only = 0;
    double all = 0;
    double in_gangs = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    for (const io::history_job& job : history.records) {
        const auto length = static_cast<double>(job.end.value_or(0) - job.start.value_or(job.arrival));
        const int part = std::max(job.gpu_milli, job.gpu_memory_percent * 10); // MiB alone are of no known part
        const double time = length * job.gpus * part / 1000.0 * job.members;
        if (&job == &history.records.front() || job.arrival < first) first = job.arrival;
        last = std::max(last, job.arrival);
        all += time;
        in_gangs += job.members > 1 ? time : 0;
        gangs += job.members > 1 ? 1 : 0;
        cpu_only += job.gpus == 0 ? 1 : 0;
    }
    std::string text = fmt::format("{}: layout {}; {} rows, {} tasks: {} gangs, {} without GPUs\n", file,
                                   history.layout, history.rows, history.records.size(), gangs, cpu_only);
    text +=
        fmt::format("  arrivals over {} s; {:.0f} GPU-hours, {:.1f} % of them in gangs; {:.1f} GPUs busy on average\n",
                    last - first, all / 3600, all > 0 ? 100 * in_gangs / all : 0,
                    last > first ? all / static_cast<double>(last - first) : 0);
    return text + notes_text("left out", history.left_out) + notes_text("assumed", history.assumed);
}

std::string nodes_text(const std::string& file, const io::node_history& history) {
    std::int64_t gpus = 0;
    for (const io::history_node& node : history.records) gpus += node.gpus;
    return fmt::format("{}: layout {}; {} nodes, {} GPUs\n", file, history.layout, history.records.size(), gpus) +
           notes_text("left out", history.left_out) + notes_text("assumed", history.assumed);
}

expected<void, input_error> write_one(const std::string& flag, const std::string& path, const std::string& text) {
    if (path.empty()) return {};
    auto file = output_file::open(flag, path);
    if (!file) return unexpected<input_error>{file.error()};
    return file->commit(text);
}

expected<std::string, input_error> run_import(import_options chosen) {
    if (!chosen.nodes.empty() && !chosen.cluster.empty())
        return bad_input("--cluster", chosen.cluster, "no made-up machines beside --nodes");
    if (!chosen.write_nodes.empty() && chosen.nodes.empty() && chosen.cluster.empty())
        return bad_input("--write-nodes", chosen.write_nodes, "machines: --nodes or --cluster");
    if (!chosen.time_unit.empty()) {
        const auto unit = io::parse_whole(chosen.time_unit);
        if (!unit || *unit < 1 || *unit > 86400)
            return bad_input("--time-unit", chosen.time_unit, "seconds from 1 to 86400");
        chosen.history.time_unit = *unit;
    }
    chosen.history.columns = chosen.columns;
    chosen.history.keep_failed = chosen.failed == "keep";
    chosen.history.keep_cpu_jobs = !chosen.gpus_only;

    auto jobs = io::read_history(chosen.jobs, chosen.history);
    if (!jobs) return unexpected<input_error>{jobs.error()};
    std::string text;
    if (!chosen.nodes.empty() || !chosen.cluster.empty()) {
        const auto nodes = chosen.nodes.empty() ? make_cluster(chosen.cluster) : io::read_history_nodes(chosen.nodes);
        if (!nodes) return unexpected<input_error>{nodes.error()};
        io::match_models(*jobs, nodes->records);
        text = nodes_text(chosen.nodes.empty() ? chosen.cluster : chosen.nodes, *nodes);
        if (auto done = write_one("--write-nodes", chosen.write_nodes, io::write_history_nodes(nodes->records)); !done)
            return unexpected<input_error>{done.error()};
    }
    if (auto done = write_one("--write-tasks", chosen.write_tasks, io::write_history_tasks(jobs->records)); !done)
        return unexpected<input_error>{done.error()};
    return jobs_text(chosen.jobs, *jobs) + text;
}

} // namespace

int import_history(int argc, const char* const* argv) {
    import_options chosen;
    CLI::App app{"Reads a history as it is, and writes it in the layout of --nodes and --pods.",
                 "gpupack-replay import"};
    describe(app, chosen);
    const auto refuse = [](const std::string& message) {
        fmt::print(stderr, "gpupack-replay: {}\n", gpupack_tools::with_suggestion(message));
        return 2;
    };
    const auto message = gpupack_tools::parse_command_line(app, argc - 1, argv + 1);
    if (!message) return refuse(message.error().message());
    if (!message->empty()) {
        fmt::print("{}", *message);
        return 0;
    }
    const auto text = run_import(std::move(chosen));
    if (!text) return refuse(text.error().message());
    fmt::print("{}", gpupack_tools::fitted_for(*text, STDOUT_FILENO));
    return 0;
}

} // namespace replay_program
