// SPDX-License-Identifier: Apache-2.0
#include "capacity_options.hpp"

#include "command_line.hpp"
#include "terminal.hpp"

#include <CLI/CLI.hpp>
#include <gpupack/io/number_text.hpp>

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace replay_program {
namespace {

using gpupack::bad_input;
using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;

/// Flags as they are given, before they are checked.
struct raw_capacity {
    std::string pods;
    std::string policies = "best-fit";
    std::string fill;
    std::string time;
    std::string wait_under;
    std::string most_nodes;
};

constexpr const char* capacity_examples =
    "All flags of a replay that say what is replayed, who waits and how it is placed hold here, too.\n"
    "\n"
    "Examples:\n"
    "  gpupack-replay capacity --nodes nodes.csv --request gpus=8\n"
    "  gpupack-replay capacity --fill 0.9 --policy fgd\n"
    "  gpupack-replay capacity --nodes nodes.csv --pods pods.csv --running decisions.csv --at 86400\n"
    "  gpupack-replay capacity --nodes nodes.csv --pods pods.csv --wait-under 600 --queue easy\n"
    "  gpupack-replay capacity --policy best-fit,fgd --savings\n";

void describe(CLI::App& app, capacity_options& chosen, raw_capacity& raw) {
    app.set_help_flag("-h,--help", "print this");
    app.allow_extras();
    app.add_option("--nodes", chosen.nodes, "a recorded cluster, as for a replay; here also without --pods")
        ->option_text("FILE");
    app.add_option("--pods", raw.pods, "its tasks, as for a replay")->option_text("FILE");
    app.add_option("--request", chosen.requests,
                   "what there is to be room for, as gpus=2 cpu=8 memory=64GiB share=slice:20480MiB, or for a gang "
                   "with members=4; "
                   "may be given again (default: the requests that most tasks make)")
        ->option_text("TEXT")
        ->allow_extra_args(false);
    app.add_option("--policy", raw.policies,
                   "who places (default best-fit); for --savings several, the first is what others are compared with")
        ->option_text("NAMES");
    app.add_option("--fill", raw.fill,
                   "tasks of the workload come until so many times the GPUs have been requested, and stay")
        ->option_text("LOAD");
    app.add_option("--running", chosen.running, "the tasks that run: task,node,gpus, as --decisions writes them")
        ->option_text("FILE");
    app.add_option("--at", raw.time, "of that file, the tasks that run at that time")->option_text("SECONDS");
    app.add_option("--wait-under", raw.wait_under,
                   "how many nodes of each sort would bring the wait of 95 % of the recorded tasks to so much or less")
        ->option_text("SECONDS");
    app.add_option("--most-nodes", raw.most_nodes,
                   "nodes that are added for that at most (default: as many as there are)")
        ->option_text("N");
    app.add_flag("--savings", chosen.savings,
                 "how many GPUs each policy needs to do as well as the first on all of them");
    app.add_option("--json", chosen.json, "write the answers as one object to that file; - is standard output")
        ->option_text("FILE");
    app.footer(capacity_examples);
}

expected<std::int64_t, input_error> read_whole(const char* flag, const std::string& text, std::int64_t least) {
    const auto number = gpupack::io::parse_whole(text);
    if (!number || *number < least || *number > 1'000'000'000'000)
        return bad_input(flag, text, "a whole number from " + std::to_string(least) + " to 1000000000000");
    return *number;
}

/// Rules between flags that do not need the replay's own.
std::optional<input_error> conflict(const capacity_options& chosen, const raw_capacity& raw) {
    const auto error = [](std::string field, std::string value, std::string expected) {
        return input_error{{}, 0, std::move(field), std::move(value), std::move(expected)};
    };
    const bool has_tasks = !raw.pods.empty() || chosen.nodes.empty();
    if (!raw.pods.empty() && chosen.nodes.empty()) return error("--nodes", "", "a file, beside --pods");
    if (!has_tasks && chosen.requests.empty()) return error("--request", "", "one at least, where there is no --pods");
    for (const auto& [flag, given] : {std::pair{"--running", !chosen.running.empty()},
                                      {"--fill", !raw.fill.empty()},
                                      {"--wait-under", !raw.wait_under.empty()},
                                      {"--savings", chosen.savings}})
        if (given && !has_tasks) return error(flag, "", "--pods beside it: tasks");
    if (!chosen.running.empty() && !raw.fill.empty()) return error("--fill", raw.fill, "not beside --running");
    if (!raw.time.empty() && chosen.running.empty()) return error("--at", raw.time, "--running beside it");
    if (!raw.most_nodes.empty() && raw.wait_under.empty())
        return error("--most-nodes", raw.most_nodes, "--wait-under beside it");
    if (!raw.wait_under.empty() && !raw.fill.empty())
        return error("--fill", raw.fill, "not beside --wait-under, which replays recorded time");
    return std::nullopt;
}

/// Reads what is left of the command line as that of a replay.
expected<options, input_error> parse_rest(const std::vector<std::string>& rest, const capacity_options& chosen,
                                          const raw_capacity& raw) {
    std::vector<std::string> words{"gpupack-replay", "--policy", raw.policies};
    if (!raw.pods.empty()) words.insert(words.end(), {"--nodes", chosen.nodes, "--pods", raw.pods});
    if (!raw.fill.empty()) words.insert(words.end(), {"--load", raw.fill});
    const bool timed = std::find(rest.begin(), rest.end(), "--timeline") != rest.end();
    if (chosen.wait_under && !timed) words.emplace_back("--timeline");
    words.insert(words.end(), rest.begin(), rest.end());
    std::vector<const char*> arguments;
    for (const std::string& each : words) arguments.push_back(each.c_str());
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

/// Rules between the flags and those of a replay.
std::optional<input_error> conflict(const capacity_options& chosen) {
    const options& replay = chosen.replay;
    const auto error = [](std::string field, std::string value, std::string expected) {
        return input_error{{}, 0, std::move(field), std::move(value), std::move(expected)};
    };
    if (!replay.message.empty()) return error("capacity", "", "flags as capacity --help lists them");
    if (replay.come_and_go)
        return error("capacity", replay.workload, "tasks that stay or were recorded, not such that come and go");
    if (chosen.savings && replay.policies.size() < 2)
        return error("--policy", replay.policies.front(), "two policies or more, for --savings");
    if (!chosen.savings && replay.policies.size() > 1)
        return error("--policy", replay.policies[1], "one policy; several only for --savings");
    for (const std::string* const file :
         {&replay.decisions, &replay.waits_csv, &replay.ndjson, &replay.csv, &replay.report, &replay.write_workload})
        if (!file->empty()) return error("capacity", *file, "no output file but --json");
    return std::nullopt;
}

} // namespace

expected<capacity_options, input_error> parse_capacity(int argc, const char* const* argv) {
    capacity_options chosen;
    raw_capacity raw;
    CLI::App app{"Says what a cluster has room for, and what it would take to have more.", "gpupack-replay capacity"};
    describe(app, chosen, raw);
    try {
        app.parse(argc - 1, argv + 1);
    } catch (const CLI::CallForHelp&) {
        chosen.replay.message = gpupack_tools::wrapped_help(app.help(), gpupack_tools::terminal_width(STDOUT_FILENO));
        return chosen;
    } catch (const CLI::ParseError& error) {
        return bad_input("arguments", error.what(), "flags as capacity --help lists them");
    }
    for (const auto& [flag, text, member] :
         {std::tuple{"--at", &raw.time, &chosen.time}, {"--wait-under", &raw.wait_under, &chosen.wait_under}}) {
        if (text->empty()) continue;
        const auto number = read_whole(flag, *text, 0);
        if (!number) return unexpected<input_error>{number.error()};
        *member = *number;
    }
    if (!raw.most_nodes.empty()) {
        const auto number = read_whole("--most-nodes", raw.most_nodes, 1);
        if (!number) return unexpected<input_error>{number.error()};
        chosen.most_nodes = *number;
    }
    if (auto wrong = conflict(chosen, raw)) return unexpected<input_error>{*wrong};
    auto rest = parse_rest(app.remaining(), chosen, raw);
    if (!rest) {
        input_error error = rest.error(); // which knows the flags of a replay only
        if (error.field == "argument" && error.expected.find("did you mean") == std::string::npos)
            error.expected += gpupack_tools::did_you_mean(error.value, gpupack_tools::known_arguments(app));
        return unexpected<input_error>{std::move(error)};
    }
    chosen.replay = *std::move(rest);
    chosen.fills = !raw.fill.empty();
    if (!raw.pods.empty()) chosen.nodes.clear();
    if (auto wrong = conflict(chosen)) return unexpected<input_error>{*wrong};
    return chosen;
}

} // namespace replay_program
