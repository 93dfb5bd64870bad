// SPDX-License-Identifier: Apache-2.0
#include "flags.hpp"

#include "terminal.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

namespace replay_program {
namespace {

/// Which heading of the help a flag stands under, and what its value is called.
struct flag_text {
    const char* flag;
    const char* group;
    const char* value;
};

constexpr flag_text flag_texts[] = {{"--workload", "What is replayed", "NAME"},
                                    {"--nodes", "What is replayed", "FILE"},
                                    {"--pods", "What is replayed", "FILE"},
                                    {"--ignore-column", "What is replayed", "NAMES"},
                                    {"--cluster-size", "What is replayed", "N"},
                                    {"--write-workload", "What is replayed", "PATH"},
                                    {"--seed", "What is replayed", "N[:M]"},
                                    {"--load", "What is replayed", "NUMBER"},
                                    {"--order", "What is replayed", "FILE"},
                                    {"--node-order", "What is replayed", "FILE"},
                                    {"--arrivals", "When tasks come and go", "HOW"},
                                    {"--stays", "When tasks come and go", "LAW"},
                                    {"--stay-cap", "When tasks come and go", "SECONDS"},
                                    {"--bursts", "When tasks come and go", "N"},
                                    {"--warm-up", "When tasks come and go", "N"},
                                    {"--length", "When tasks come and go", "N"},
                                    {"--no-fit", "When tasks come and go", "HOW"},
                                    {"--timeline", "When tasks come and go", nullptr},
                                    {"--queue", "Who waits for whom", "RULE"},
                                    {"--depth", "Who waits for whom", "N"},
                                    {"--ageing", "Who waits for whom", "SECONDS"},
                                    {"--estimates", "Who waits for whom", "HOW"},
                                    {"--preempt", "Who waits for whom", "RULE"},
                                    {"--evicted", "Who waits for whom", "HOW"},
                                    {"--moves", "Who waits for whom", "N"},
                                    {"--quota", "Who waits for whom", "FILE"},
                                    {"--reclaim", "Who waits for whom", nullptr},
                                    {"--fair-share", "Who waits for whom", nullptr},
                                    {"--policy", "How it is placed", "NAMES"},
                                    {"--list-policies", "How it is placed", nullptr},
                                    {"--learn", "How it is placed", "N"},
                                    {"--history", "How it is placed", "FILE"},
                                    {"--engine", "How it is placed", "NAME"},
                                    {"--causes", "Output", nullptr},
                                    {"--decisions", "Output", "FILE"},
                                    {"--waits", "Output", nullptr},
                                    {"--waits-csv", "Output", "FILE"},
                                    {"--json", "Output", "FILE"},
                                    {"--ndjson", "Output", "FILE"},
                                    {"--csv", "Output", "FILE"},
                                    {"--report", "Output", "FILE"}};

constexpr const char* replay_examples =
    "Commands:\n"
    "  gpupack-replay import --help     read a history as it is\n"
    "  gpupack-replay capacity --help   what there is room for, and what it takes to have more\n"
    "  gpupack-replay study --help      many runs on all cores, in shards, resumable\n"
    "  gpupack-replay merge FILES       put shards together\n"
    "\n"
    "Examples:\n"
    "  gpupack-replay --policy fgd,best-fit --seed 42:46\n"
    "  gpupack-replay --nodes nodes.csv --pods pods.csv --timeline --report out.html\n"
    "  gpupack-replay --workload training-h100 --csv runs.csv\n"
    "\n"
    "Ctrl-C ends after the run at hand and keeps what is finished; twice, it ends at once.\n"
    "Exit status: 0, or 2 and one line on standard error.\n";

} // namespace

void describe(CLI::App& app, options& chosen, raw_options& raw) {
    app.set_help_flag("-h,--help", "print this");
    app.add_flag("--version", raw.version, "print the version");
    app.add_option(
        "--workload", raw.workload,
        "built-in workload: openb (the default), mig-uniform, mig-small, mig-large, mig-bimodal, each also as "
        "-h100, slices-mib, vgpu-t4, mixed, inference, notebooks, all-ways, training-h100, training-dgx1 or "
        "training-nvl72");
    app.add_option("--nodes", chosen.nodes, "a recorded cluster: sn,cpu_milli,memory_mib,gpu,model");
    app.add_option("--pods", chosen.pods, "its tasks: name,cpu_milli,memory_mib,num_gpu, gpu_milli[,gpu_spec,...]");
    app.add_option("--ignore-column", chosen.ignored_columns, "columns of those files that are not read")
        ->delimiter(',');
    app.add_option("--cluster-size", raw.cluster_size, "replay on so many of the nodes, taken evenly from the list");
    app.add_option("--write-workload", chosen.write_workload,
                   "write the workload as PATH.nodes.csv and PATH.pods.csv, and replay nothing");
    app.add_option(
        "--policy", raw.policy,
        "presets by name, comma separated, or all (the default; those for MIG only where instances come and go, "
        "those for links only where training jobs do); all,fgd makes fgd stand out in the report");
    app.add_flag("--list-policies", raw.list_policies, "list the presets with one line each");
    app.add_option("--seed", raw.seed, "N or N:M, seeds N to M (default 42): task order, resampling, node order");
    app.add_option("--load", raw.load,
                   "tasks arrive until that many times the GPUs have been requested (default 1.3); where they come and "
                   "go: what they would take on average, over what there is (default 1)");
    app.add_option(
        "--learn", raw.learn,
        "policies learn the expected mix from what arrived, half of it from the last so many arrivals, instead of "
        "knowing it");
    app.add_option("--history", chosen.history,
                   "policies expect the tasks of that file, laid out as for --pods, instead of those that come; with "
                   "--learn, they begin with it");
    app.add_option("--engine", chosen.engine,
                   "indexed (the default), scan, parallel or cuda: how nodes are searched; all decide alike");
    app.add_option("--order", chosen.order, "arrive exactly so: a task name a line, repeats allowed");
    app.add_option("--node-order", chosen.node_order, "number the nodes exactly so: a node name a line");
    app.add_option("--arrivals", raw.arrivals,
                   "once (the default: each task in random order, none leaves), recorded (as --timeline) or poisson "
                   "(tasks drawn from the workload come and go at --load; what does not fit is refused)");
    app.add_option("--stays", raw.stays,
                   "how long tasks stay that come and go: exponential (the default), lognormal, or recorded");
    app.add_option("--stay-cap", raw.stay_cap, "the most seconds of a recorded stay");
    app.add_option("--bursts", raw.bursts,
                   "so many times in a mean stay, ten tasks for the most GPUs arrive at once, beside the load");
    app.add_option("--warm-up", raw.warm_up,
                   "mean stays before anything is measured of tasks that come and go (default 10; 4 for poisson)");
    app.add_option("--length", raw.length, "mean stays that are measured of them (default 100; 10 for poisson)");
    app.add_option("--no-fit", raw.no_fit, "reject (the default) or wait: what tasks do that come and do not fit");
    describe_queue(app, raw.queue);
    app.add_flag("--timeline", chosen.timeline, "arrive and leave in recorded time; what does not fit waits");
    app.add_flag("--causes", chosen.causes,
                 "also print why GPUs are idle at the end and which sizes of tasks fail; with several seeds and fgd, "
                 "also the differences to it");
    app.add_option("--decisions", chosen.decisions, "write task,node,gpus to that file; one policy and one seed");
    app.add_flag("--waits", chosen.waits, "also print how long tasks waited, by size and by priority");
    app.add_option("--waits-csv", chosen.waits_csv, "write that for each run to that file");
    app.add_option("--json", chosen.json, "write one object a run to that file; - is standard output");
    app.add_option("--ndjson", chosen.ndjson, "write one object a run and line to that file; - is standard output");
    app.add_option("--csv", chosen.csv, "write one row a run to that file; - is standard output");
    app.add_option("--report", chosen.report, "write a self-contained HTML page to that file");
}

std::string help_text(CLI::App& app) {
    for (const flag_text& each : flag_texts)
        if (CLI::Option* const option = app.get_option_no_throw(each.flag); option != nullptr) {
            option->group(each.group);
            if (each.value != nullptr) option->option_text(each.value);
        }
    app.footer(replay_examples);
    return gpupack_tools::wrapped_help(app.help(), gpupack_tools::terminal_width(STDOUT_FILENO));
}

std::vector<std::string> flag_names() {
    std::vector<std::string> names{"--help", "--version"};
    for (const flag_text& each : flag_texts) names.emplace_back(each.flag);
    return names;
}

} // namespace replay_program
