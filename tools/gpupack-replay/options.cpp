// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "flags.hpp"
#include "policies.hpp"
#include "queue_options.hpp"

#include "terminal.hpp"

#include <CLI/CLI.hpp>
#include <gpupack/core/version.hpp>
#include <gpupack/workload/synthetic.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace replay_program {
namespace {

using gpupack::bad_input;
using gpupack::input_error;

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// "1.3" as 1300, exactly; at most three decimals, at most 1000.
std::optional<std::int64_t> thousandths(std::string_view text) {
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string decimals{text.substr(std::min(point + 1, text.size()))};
    if (point < text.size() && decimals.empty()) return std::nullopt;
    if (decimals.size() > 3) return std::nullopt;
    decimals.resize(3, '0');
    const auto whole = whole_number(text.substr(0, point));
    const auto part = whole_number(decimals);
    if (!whole || !part || *whole > 1000) return std::nullopt;
    return static_cast<std::int64_t>(*whole * 1000 + *part);
}

/// Whether a preset says anything on a workload: those for MIG do where tasks come and go, those for links where
/// links are known, which is where training jobs do.
bool is_of_use(std::string_view policy, const options& on) {
    const bool training = on.synthetic && on.workload.starts_with("training-");
    if (policy.starts_with("mig-")) return on.synthetic && !training;
    const bool by_links =
        policy.starts_with("gpuallocator") || policy.starts_with("link-") || policy == "hami-topology";
    return training || !by_links;
}

/// The names, separated by commas.
std::string names_of(const std::vector<policy_line>& lines) {
    std::string names;
    for (const policy_line& each : lines) {
        if (!names.empty()) names += ", ";
        names += each.name;
    }
    return names;
}

/// What would have been right instead of a policy that nobody knows: the one that was meant, or all of them.
std::string known_policies(const std::string& name, const std::vector<policy_line>& known) {
    std::vector<std::string> names{"all"};
    for (const policy_line& each : known) names.emplace_back(each.name);
    const std::string meant = gpupack_tools::did_you_mean(name, names);
    return meant.empty() ? "all, or some of " + names_of(known) : "a name that --list-policies lists" + meant;
}

/// Reads --policy into `policies` and `named`: names and `all`, which stands for every preset that says anything there.
gpupack::expected<void, input_error> read_policies(const std::string& list, options& chosen) {
    const std::vector<policy_line> known = all_policies();
    bool all = false;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string name = list.substr(begin, end - begin);
        begin = end + 1;
        if (name == "all" && !all) {
            all = true;
            continue;
        }
        const std::string bare = name.substr(0, name.find(':')); // options follow, and are read with the policy
        const bool is_known =
            std::any_of(known.begin(), known.end(), [&](const policy_line& each) { return each.name == bare; });
        if (!is_known && name != "all") return bad_input("--policy", name, known_policies(name, known));
        if (name == "all" || std::find(chosen.named.begin(), chosen.named.end(), name) != chosen.named.end())
            return bad_input("--policy", name, "each policy once");
        chosen.named.push_back(name);
    }
    chosen.policies = chosen.named;
    if (!all) return {};
    for (const policy_line& each : known)
        if (is_of_use(each.name, chosen) &&
            std::find(chosen.named.begin(), chosen.named.end(), each.name) == chosen.named.end())
            chosen.policies.emplace_back(each.name);
    return {};
}

input_error flag_error(std::string field, std::string value, std::string expected) {
    return {{}, 0, std::move(field), std::move(value), std::move(expected)};
}

/// The rules between the flags of tasks that come and go, and others.
std::optional<input_error> steady_conflict(const options& chosen, const raw_options& raw) {
    if (!chosen.come_and_go) {
        for (const auto& [flag, value] : {std::pair{"--stays", raw.stays},
                                          {"--stay-cap", raw.stay_cap},
                                          {"--bursts", raw.bursts},
                                          {"--warm-up", raw.warm_up},
                                          {"--length", raw.length},
                                          {"--no-fit", raw.no_fit}})
            if (!value.empty()) return flag_error(flag, value, "--arrivals poisson beside it");
        return std::nullopt;
    }
    if (chosen.synthetic && !raw.arrivals.empty() && raw.arrivals != "poisson")
        return flag_error("--arrivals", raw.arrivals, "poisson; tasks of " + chosen.workload + " come and go");
    if (chosen.stays == gpupack::workload::stay_law::recorded && chosen.nodes.empty())
        return flag_error("--stays", "recorded",
                          "--nodes and --pods with recorded times; " + chosen.workload + " has none");
    if (chosen.stay_cap && chosen.stays != gpupack::workload::stay_law::recorded)
        return flag_error("--stay-cap", raw.stay_cap, "--stays recorded beside it");
    if (chosen.synthetic) return std::nullopt;
    if (chosen.timeline) return flag_error("--timeline", "", "no other arrivals beside --arrivals poisson");
    if (!chosen.order.empty())
        return flag_error("--order", chosen.order, "tasks that arrive once, without --arrivals poisson");
    if (chosen.causes) return flag_error("--causes", "", "tasks that arrive once, without --arrivals poisson");
    return std::nullopt;
}

/// What goes to standard output: at most one text that is made for it.
std::optional<input_error> standard_output_conflict(const options& chosen) {
    for (const auto& [flag, value] :
         {std::pair{"--decisions", chosen.decisions}, {"--waits-csv", chosen.waits_csv}, {"--report", chosen.report}})
        if (value == "-") return input_error{{}, 0, flag, value, "a file"};
    std::string first;
    for (const auto& [flag, value] :
         {std::pair{"--json", chosen.json}, {"--ndjson", chosen.ndjson}, {"--csv", chosen.csv}}) {
        if (value != "-") continue;
        if (!first.empty()) return input_error{{}, 0, flag, value, "a file beside " + first + " -"};
        first = flag;
    }
    return std::nullopt;
}

/// The rules between flags.
std::optional<input_error> conflict(const options& chosen, const raw_options& raw) {
    const auto error = [](std::string field, std::string value, std::string expected) {
        return input_error{{}, 0, std::move(field), std::move(value), std::move(expected)};
    };
    if (chosen.nodes.empty() != chosen.pods.empty())
        return chosen.nodes.empty() ? error("--nodes", "", "a file, beside --pods")
                                    : error("--pods", "", "a file, beside --nodes");
    if (!chosen.nodes.empty() && !raw.workload.empty())
        return error("--workload", raw.workload, "no built-in workload beside --nodes and --pods");
    if (chosen.synthetic)
        for (const auto& [flag, value] :
             {std::pair{"--order", chosen.order}, {"--node-order", chosen.node_order}, {"--history", chosen.history}})
            if (!value.empty())
                return error(flag, value, "a workload whose tasks stay; those of " + chosen.workload + " come and go");
    if (auto wrong = steady_conflict(chosen, raw)) return wrong;
    const std::string queue_flag = raw.queue.first_flag();
    if (!queue_flag.empty() && !chosen.timeline && !chosen.come_and_go)
        return error(queue_flag, "", "--timeline, or --arrivals poisson, beside it: tasks that come and go");
    if (chosen.causes && chosen.synthetic)
        return error("--causes", "", "a workload whose tasks stay; those of " + chosen.workload + " come and go");
    const bool waits = chosen.timeline || (chosen.come_and_go && chosen.waiting);
    if (!waits && (chosen.waits || !chosen.waits_csv.empty()))
        return error(chosen.waits ? "--waits" : "--waits-csv", chosen.waits_csv,
                     "--timeline, or --no-fit wait, beside it: tasks that wait");
    if (chosen.timeline && chosen.nodes.empty())
        return error("--timeline", "", "--nodes and --pods with recorded times; the built-in workload has none");
    if (chosen.timeline && !chosen.order.empty())
        return error("--order", chosen.order, "no order beside --timeline, which has its own");
    const bool one_run = chosen.policies.size() == 1 && chosen.first_seed == chosen.last_seed;
    if (!chosen.decisions.empty() && !one_run)
        return error("--decisions", chosen.decisions, "one policy and one seed, so that the file holds one run");
    return standard_output_conflict(chosen);
}

/// Reads the flags of tasks that come and go.
gpupack::expected<void, input_error> read_steady(const raw_options& raw, options& chosen) {
    using gpupack::workload::stay_law;
    if (!raw.arrivals.empty() && raw.arrivals != "once" && raw.arrivals != "recorded" && raw.arrivals != "poisson")
        return bad_input("--arrivals", raw.arrivals, "once, recorded or poisson");
    chosen.come_and_go = chosen.synthetic || raw.arrivals == "poisson";
    chosen.timeline = chosen.timeline || raw.arrivals == "recorded";
    if (!chosen.synthetic) {
        chosen.warm_up = 4;
        chosen.length = 10;
    }
    if (raw.stays == "recorded" || raw.stays == "lognormal")
        chosen.stays = raw.stays == "recorded" ? stay_law::recorded : stay_law::lognormal;
    else if (!raw.stays.empty() && raw.stays != "exponential")
        return bad_input("--stays", raw.stays, "recorded, exponential or lognormal");
    if (!raw.no_fit.empty() && raw.no_fit != "reject" && raw.no_fit != "wait")
        return bad_input("--no-fit", raw.no_fit, "reject or wait");
    chosen.waiting = raw.no_fit == "wait";
    const auto read = [](const char* flag, const std::string& text, std::int64_t least, std::int64_t most,
                         auto& target) -> gpupack::expected<void, input_error> {
        if (text.empty()) return {};
        const auto number = whole_number(text);
        if (!number || *number < static_cast<std::uint64_t>(least) || *number > static_cast<std::uint64_t>(most))
            return bad_input(flag, text,
                             "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        target = static_cast<std::int64_t>(*number);
        return {};
    };
    if (auto done = read("--stay-cap", raw.stay_cap, 1, 1'000'000'000, chosen.stay_cap); !done) return done;
    if (auto done = read("--bursts", raw.bursts, 0, 1000, chosen.bursts); !done) return done;
    if (auto done = read("--warm-up", raw.warm_up, 0, 1000, chosen.warm_up); !done) return done;
    return read("--length", raw.length, 1, 1000, chosen.length);
}

gpupack::expected<options, input_error> check(options chosen, const raw_options& raw) {
    if (!raw.workload.empty()) {
        chosen.workload = raw.workload;
        const auto names = gpupack::workload::synthetic_names();
        chosen.synthetic = std::find(names.begin(), names.end(), raw.workload) != names.end();
        if (!chosen.synthetic && raw.workload != "openb") {
            std::string known = "openb";
            std::vector<std::string> all{"openb"};
            for (const std::string& name : names) {
                known += ", " + name;
                all.push_back(name);
            }
            return bad_input("--workload", raw.workload,
                             "one of " + known + gpupack_tools::did_you_mean(raw.workload, all));
        }
    }
    if (!is_engine(chosen.engine)) return bad_input("--engine", chosen.engine, "indexed, scan, parallel or cuda");

    if (const auto done = read_policies(raw.policy, chosen); !done)
        return gpupack::unexpected<input_error>{done.error()};

    const std::size_t colon = std::min(raw.seed.find(':'), raw.seed.size());
    const auto first = whole_number(std::string_view{raw.seed}.substr(0, colon));
    const auto last = colon == raw.seed.size() ? first : whole_number(std::string_view{raw.seed}.substr(colon + 1));
    if (!first || !last || *last < *first || *last - *first >= 10000)
        return bad_input("--seed", raw.seed, "N or N:M, whole numbers with N up to M, at most 10000 seeds");
    chosen.first_seed = *first;
    chosen.last_seed = *last;

    if (const auto done = read_steady(raw, chosen); !done) return gpupack::unexpected<input_error>{done.error()};
    const auto load = thousandths(!raw.load.empty() ? raw.load : chosen.come_and_go ? "1" : "1.3");
    if (!load) return bad_input("--load", raw.load, "a number from 0 to 1000 with at most three decimals");
    chosen.load = *load;
    if (!raw.cluster_size.empty()) {
        const auto nodes = whole_number(raw.cluster_size);
        if (!nodes || *nodes < 1 || *nodes > 100'000'000)
            return bad_input("--cluster-size", raw.cluster_size, "a number of nodes from 1 to 100000000");
        chosen.cluster_size = static_cast<std::int64_t>(*nodes);
    }
    if (!raw.learn.empty()) {
        const auto half_life = whole_number(raw.learn);
        if (!half_life || *half_life < 1 || *half_life > 1'000'000'000)
            return bad_input("--learn", raw.learn, "a number of arrivals from 1 to 1000000000");
        chosen.learn = static_cast<std::int64_t>(*half_life);
    }
    const auto queue = read_queue(raw.queue);
    if (!queue) return gpupack::unexpected<input_error>{queue.error()};
    chosen.queue = *queue;
    chosen.quota = raw.queue.quota;
    chosen.reclaim = raw.queue.reclaim;
    chosen.fair_share = raw.queue.fair_share;
    if (auto wrong = conflict(chosen, raw)) return gpupack::unexpected<input_error>{*wrong};
    return chosen;
}

std::string policy_list() {
    std::string text;
    for (const policy_line& each : all_policies()) {
        std::string name{each.name};
        name.resize(27, ' ');
        text += name + std::string{each.summary} + "\n";
    }
    return text;
}

} // namespace

std::string program_version() {
    return std::to_string(GPUPACK_VERSION_MAJOR) + "." + std::to_string(GPUPACK_VERSION_MINOR) + "." +
           std::to_string(GPUPACK_VERSION_PATCH);
}

gpupack::expected<options, input_error> parse_options(int argc, const char* const* argv) {
    options chosen;
    raw_options raw;
    CLI::App app{"Replays a GPU cluster's tasks under placement policies, and says which wastes least.",
                 "gpupack-replay"};
    describe(app, chosen, raw);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        chosen.message = help_text(app);
        return chosen;
    } catch (const CLI::ExtrasError&) {
        if (argc > 1 && argv[1][0] != '-') {
            const std::vector<std::string> commands{"capacity", "import", "study", "merge"};
            return bad_input("command", argv[1],
                             "capacity, import, study or merge, or only flags that --help lists" +
                                 gpupack_tools::did_you_mean(argv[1], commands));
        }
        const auto known = [&](const std::string& argument) { return app.get_option_no_throw(argument) != nullptr; };
        for (int i = 1; i < argc; ++i) {
            const std::string argument{argv[i]};
            if (argument.starts_with('-') && argument != "-" && !known(argument.substr(0, argument.find('='))))
                return bad_input("argument", argument,
                                 "a flag that --help lists" + gpupack_tools::did_you_mean(argument, flag_names()));
        }
        return bad_input("argument", argv[argc - 1], "only flags that --help lists");
    } catch (const CLI::ParseError& error) {
        return bad_input("arguments", error.what(), "flags as --help lists them");
    }
    if (raw.version || raw.list_policies) {
        chosen.message = raw.version ? "gpupack-replay " + program_version() + "\n" : policy_list();
        return chosen;
    }
    chosen.command_line = "gpupack-replay";
    for (int i = 1; i < argc; ++i) chosen.command_line += std::string{" "} + argv[i];
    return check(std::move(chosen), raw);
}

} // namespace replay_program
