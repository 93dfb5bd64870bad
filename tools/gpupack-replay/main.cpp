// SPDX-License-Identifier: Apache-2.0
// gpupack-replay: replays a GPU cluster's tasks under placement policies, and says which wastes least.
#include "capacity.hpp"
#include "csv_text.hpp"
#include "decisions_text.hpp"
#include "import.hpp"
#include "inputs.hpp"
#include "options.hpp"
#include "output_file.hpp"
#include "outputs.hpp"
#include "refuse.hpp"
#include "report.hpp"
#include "runs.hpp"
#include "study.hpp"
#include "waits_text.hpp"

#include "terminal.hpp"

#include <csignal>
#include <fmt/format.h>
#include <gpupack/io/write_trace.hpp>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <string_view>
#include <unistd.h>

namespace {

using namespace replay_program;

/// Whether Ctrl-C was pressed: then no further run is begun. A second time ends the program at once.
volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) {
    interrupted = 1;
    std::signal(SIGINT, SIG_DFL);
}

/// One line on a terminal, written over again and again; nothing where standard error is no terminal.
class progress_line {
  public:
    void operator()(const run_record& run, double done) const {
        if (!shown_) return;
        fmt::print(stderr, "\r\033[K{} seed {}: {:.0f} %", run.policy, run.seed, 100 * done);
        std::fflush(stderr);
    }
    void clear() const {
        if (shown_) fmt::print(stderr, "\r\033[K");
    }

  private:
    bool shown_ = gpupack_tools::can_redraw(STDERR_FILENO);
};

/// The files that were asked for; opened before the work, filled after it.
struct output_files {
    std::optional<output_file> decisions;
    std::optional<output_file> json;
    std::optional<output_file> ndjson;
    std::optional<output_file> csv;
    std::optional<output_file> waits_csv;
    std::optional<output_file> report;

    [[nodiscard]] gpupack::expected<void, gpupack::input_error> open(const options& chosen) {
        const auto open_one = [](std::optional<output_file>& file, const std::string& flag,
                                 const std::string& path) -> gpupack::expected<void, gpupack::input_error> {
            if (path.empty() || path == "-") return {};
            auto opened = output_file::open(flag, path);
            if (!opened) return gpupack::unexpected<gpupack::input_error>{opened.error()};
            file.emplace(std::move(*opened));
            return {};
        };
        if (auto done = open_one(decisions, "--decisions", chosen.decisions); !done) return done;
        if (auto done = open_one(json, "--json", chosen.json); !done) return done;
        if (auto done = open_one(ndjson, "--ndjson", chosen.ndjson); !done) return done;
        if (auto done = open_one(csv, "--csv", chosen.csv); !done) return done;
        if (auto done = open_one(waits_csv, "--waits-csv", chosen.waits_csv); !done) return done;
        return open_one(report, "--report", chosen.report);
    }
};

/// Writes the workload in the layout of --nodes and --pods.
int write_workload(const options& chosen, const inputs& input) {
    const std::pair<const char*, gpupack::expected<std::string, gpupack::input_error>> texts[] = {
        {".nodes.csv", gpupack::io::write_nodes(input.workload)},
        {".pods.csv", gpupack::io::write_tasks(input.workload)}};
    for (const auto& [ending, text] : texts) {
        if (!text) return refuse(text.error());
        auto file = output_file::open("--write-workload", chosen.write_workload + ending);
        if (!file) return refuse(file.error());
        if (const auto done = file->commit(*text); !done) return refuse(done.error());
    }
    return 0;
}

int replay(const options& chosen) {
    const auto from = read_inputs(chosen);
    if (!from) return refuse(from.error());
    for (const std::string& absent : {absent_models_text(from->workload), absent_labels_text(from->workload)})
        if (!absent.empty()) fmt::print(stderr, "gpupack-replay: {}\n", absent);
    if (!chosen.write_workload.empty()) return write_workload(chosen, *from);
    output_files files;
    if (const auto opened = files.open(chosen); !opened) return refuse(opened.error());

    progress_line progress;
    std::signal(SIGINT, interrupt);
    const auto runs = run_all(
        chosen, *from, [&](const run_record& run, double done) { progress(run, done); },
        [] { return interrupted != 0; });
    std::signal(SIGINT, SIG_DFL);
    progress.clear();
    if (!runs) return refuse(runs.error());
    if (interrupted != 0)
        fmt::print(stderr, "gpupack-replay: interrupted; {} runs are finished and kept\n", runs->size());

    const auto write = [](std::optional<output_file>& file, const auto& text) {
        return file ? file->commit(text()) : gpupack::expected<void, gpupack::input_error>{};
    };
    if (auto done = write(files.decisions, [&] { return decisions_text(*from, runs->front()); }); !done)
        return refuse(done.error());
    if (auto done = write(files.json, [&] { return json_text(*runs); }); !done) return refuse(done.error());
    if (auto done = write(files.ndjson, [&] { return json_text(*runs, json_layout::lines); }); !done)
        return refuse(done.error());
    if (auto done = write(files.csv, [&] { return csv_text(*runs); }); !done) return refuse(done.error());
    if (auto done = write(files.waits_csv, [&] { return waits_csv(*runs); }); !done) return refuse(done.error());
    if (auto done = write(files.report, [&] { return report_html(*runs, chosen); }); !done) return refuse(done.error());
    fmt::print("{}", chosen.json == "-"     ? json_text(*runs)
                     : chosen.ndjson == "-" ? json_text(*runs, json_layout::lines)
                     : chosen.csv == "-"    ? csv_text(*runs)
                                            : gpupack_tools::fitted_for(table_text(*runs, chosen.causes) +
                                                                            (chosen.waits ? waits_text(*runs) : ""),
                                                                        STDOUT_FILENO));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "capacity") return tell_capacity(argc, argv);
    if (command == "import") return import_history(argc, argv);
    if (command == "study") return run_study(argc, argv);
    if (command == "merge") return merge_study(argc, argv);
    const auto chosen = parse_options(argc, argv);
    if (!chosen) return refuse(chosen.error());
    if (!chosen->message.empty()) {
        fmt::print("{}", gpupack_tools::fitted_for(chosen->message, STDOUT_FILENO));
        return 0;
    }
    return replay(*chosen);
}
