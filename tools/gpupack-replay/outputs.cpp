// SPDX-License-Identifier: Apache-2.0
#include "outputs.hpp"

#include "causes_text.hpp"
#include "summary.hpp"
#include "summary_measures.hpp"
#include "summary_churn.hpp"
#include "waits_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace replay_program {
namespace {

constexpr int name_width = 25; // of the longest preset

std::string seeds_text(const std::vector<run_record>& runs) {
    const std::uint64_t first = runs.front().seed;
    const std::uint64_t last = runs.back().seed;
    return first == last ? fmt::format("seed {}", first) : fmt::format("seeds {} to {}", first, last);
}

std::string range_text(const seed_range& over, bool several) {
    return several ? fmt::format("{:6.2f} ({:.2f} - {:.2f})", over.mean, over.least, over.most)
                   : fmt::format("{:6.2f}", over.mean);
}

std::string heading(const std::vector<run_record>& runs) {
    const run_record& any = runs.front();
    std::string text = fmt::format("{}: {} nodes, {} GPUs; ", any.workload, any.nodes, any.gpus);
    if (any.waits)
        text += fmt::format("{} tasks in recorded time", any.tasks);
    else if (any.load > 0)
        text += fmt::format("tasks arrive until {:g} % of the GPUs are requested", 100 * any.load);
    else
        text += fmt::format("{} tasks in the given order", any.tasks);
    return text + fmt::format("; {}; engine {}\n\n", seeds_text(runs), any.engine);
}

/// The levels of domains worth a column: neither the cluster, where all are, nor the node, where no gang is.
std::vector<std::size_t> levels_shown(const churn_summary& summary) {
    std::vector<std::size_t> levels;
    for (std::size_t level = 1; level + 1 < summary.within.size(); ++level) levels.push_back(level);
    return levels;
}

std::string within_name(const run_record& any, std::size_t level) {
    return fmt::format("in one {} %", any.churn->levels[level]);
}

/// A column of the table of tasks that come and go.
struct churn_column {
    std::string name;
    std::size_t width;
    std::function<std::string(const churn_summary&)> cell;
};

std::vector<churn_column> churn_columns(const std::vector<run_record>& runs,
                                        const std::vector<churn_summary>& policies) {
    const run_record& any = runs.front();
    const auto number = [](int decimals, double value) { return fmt::format("{:.{}f}", value, decimals); };
    std::vector<churn_column> columns{
        {"mean alloc %", 12, [=](const churn_summary& each) { return number(2, each.allocated.mean); }},
        {"accepted %", 10, [=](const churn_summary& each) { return number(2, each.accepted.mean); }},
        {"by size %", 9, [=](const churn_summary& each) { return number(2, each.accepted_size.mean); }},
        {"active GPUs", 11, [=](const churn_summary& each) { return number(1, each.active.mean); }},
        {"decisions/s", 11, [=](const churn_summary& each) { return number(0, each.rate); }}};
    const auto is_refused = [](const churn_summary& each) { return each.refused_though_free.most > 0; };
    const auto waits = [](const churn_summary& each) { return each.mean_wait.most > 0; };
    if (std::any_of(policies.begin(), policies.end(), is_refused))
        columns.push_back(
            {"though free %", 13, [=](const churn_summary& each) { return number(1, each.refused_though_free.mean); }});
    if (std::any_of(policies.begin(), policies.end(), waits))
        columns.push_back({"mean wait", 9, [=](const churn_summary& each) { return number(4, each.mean_wait.mean); }});
    if (policies.front().has_links) {
        columns.push_back({"best set %", 10, [=](const churn_summary& each) { return number(2, each.on_best.mean); }});
        columns.push_back({"link %", 6, [=](const churn_summary& each) { return number(2, each.link.mean); }});
    }
    for (const std::size_t level : levels_shown(policies.front()))
        columns.push_back({within_name(any, level), within_name(any, level).size(),
                           [=](const churn_summary& each) { return number(1, each.within[level].mean); }});
    const std::vector<measure> accepted = accepted_measures(runs);
    for (std::size_t c = 0; c < accepted.size(); ++c)
        columns.push_back({accepted[c].name, std::max<std::size_t>(6, accepted[c].name.size()),
                           [=](const churn_summary& each) { return number(2, each.by_class[c].mean); }});
    return columns;
}

/// The policies less fgd, seed by seed; nothing where it was not run, or with one seed.
std::string churn_differences(const std::vector<run_record>& runs, const std::vector<churn_summary>& policies) {
    const auto fgd =
        std::find_if(policies.begin(), policies.end(), [](const auto& each) { return each.policy == "fgd"; });
    if (fgd == policies.end() || policies.size() < 2 || fgd->seeds < 2) return "";
    std::vector<measure> columns{
        {"mean alloc %", [](const run_record& run) { return run.result.mean_allocated_percent; }},
        {"accepted %", [](const run_record& run) { return run.churn->counts.accepted_percent(); }},
        {"by size %", [](const run_record& run) { return run.churn->accepted_size_percent; }}};
    for (const measure& each : accepted_measures(runs)) columns.push_back(each);
    std::string text =
        fmt::format("\nLess fgd, seed by seed, in points: mean +- standard error\n{:<{}}", "policy", name_width);
    const auto width = [](const measure& column) { return std::max<std::size_t>(14, column.name.size()); };
    for (const measure& each : columns) text += fmt::format("  {:>{}}", each.name, width(each));
    for (const churn_summary& policy : policies) {
        if (policy.policy == "fgd") continue;
        text += fmt::format("\n{:<{}}", policy.policy, name_width);
        for (const measure& each : columns) {
            const mean_error over = paired_error(policy, *fgd, each);
            text += fmt::format("  {:>{}}", fmt::format("{:+.2f} +- {:.2f}", over.mean, over.error), width(each));
        }
    }
    return text + "\n";
}

std::string churn_text(const std::vector<run_record>& runs) {
    const run_record& any = runs.front();
    const std::vector<churn_summary> policies = summarise_churn(runs);
    std::string text =
        fmt::format("{}: {} nodes, {} GPUs; tasks come and go at {:g} % of the capacity in {}; {}; engine {}\n\n",
                    any.workload, any.nodes, any.gpus, 100 * any.load, any.churn->unit, seeds_text(runs), any.engine);
    const std::vector<churn_column> columns = churn_columns(runs, policies);
    text += fmt::format("{:<{}}", "policy", name_width);
    for (const churn_column& each : columns) text += fmt::format("  {:>{}}", each.name, each.width);
    text += "\n";
    for (const churn_summary& policy : policies) {
        text += fmt::format("{:<{}}", policy.policy, name_width);
        for (const churn_column& each : columns) text += fmt::format("  {:>{}}", each.cell(policy), each.width);
        text += "\n";
    }
    if (columns.size() > 5 && columns[5].name == "though free %")
        text += "\nthough free: of the tasks that were refused, those no larger than what was free in sum.\n";
    if (policies.front().has_links)
        text += "\nbest set, link: of the tasks of several GPUs on one node, those on a set as good as the best of an "
                "empty node,\nand their mean link score in percent of that best; in one ...: of the gangs.\n";
    text += churn_differences(runs, policies);
    const auto allocated_bound = allocated_bound_of(runs);
    if (!allocated_bound) return text; // tasks wait: all are placed in the end
    return text + fmt::format("\nEven if it had known all that comes, no policy could have accepted more than about "
                              "{:.2f} % by size,\n"
                              "or had more than about {:.2f} % of the GPUs in use.\n",
                              bound_of(runs), *allocated_bound);
}

} // namespace

namespace {

std::string gap_text(const std::optional<seed_range>& closed) {
    return fmt::format("  {:>12}", closed ? fmt::format("{:.1f}", closed->mean) : "-");
}

/// "fgd wastes least: ", or who shares that; nothing of one policy, or where all read alike.
std::string least_waste_text(const std::vector<policy_summary>& policies) {
    const auto printed = [](const policy_summary& policy) {
        return fmt::format("{:.2f} {:.0f}", policy.allocated.mean, policy.unallocated);
    };
    std::vector<std::string> names;
    for (const policy_summary& policy : policies)
        if (printed(policy) == printed(policies.front())) names.push_back(policy.name);
    if (names.size() == policies.size()) return "";
    if (names.size() == 1) return names.front() + " wastes least: ";
    const std::string last = names.back();
    names.pop_back();
    return fmt::format("{} and {} waste least: ", fmt::join(names, ", "), last);
}

/// Which policy wastes least, and how much less any could.
std::string closing_text(const std::vector<policy_summary>& policies, const run_record& any) {
    const policy_summary& best = policies.front();
    std::string text = fmt::format("\n{}{:.2f} % of the GPUs are allocated at the end, {:.0f} of {} idle.\n",
                                   least_waste_text(policies), best.allocated.mean, best.unallocated, any.gpus);
    const auto bound = bound_over_seeds(best);
    if (!bound || any.compute == 0) return text;
    text += fmt::format(
        "No policy could allocate more than {:.2f} % of these arrivals, had it known them all beforehand", bound->mean);
    const policy_summary* const from = gap_from(policies);
    if (from == nullptr) return text + ".\n";
    return text + fmt::format(";\ngap closed: of the way from {} to there.\n", from->name);
}

} // namespace

std::string table_text(const std::vector<run_record>& runs, bool causes) {
    if (runs.empty()) return "nothing to replay\n";
    if (runs.front().churn) return churn_text(runs);
    const bool several = runs.front().seed != runs.back().seed;
    const bool timed = runs.front().waits.has_value();
    const int width = several ? 24 : 12;
    std::string text = heading(runs);
    text += fmt::format("{:<{}}  {:>{}}  {:>{}}  {:>8}  {:>11}", "policy", name_width,
                        timed ? "mean alloc %" : "allocated %", width, "fragmented %", width, "failed", "decisions/s");
    if (timed) text += fmt::format("  {:>8}  {:>11}  {:>14}", "waited", "mean wait s", "longest wait s");
    const auto policies = summarise(runs);
    const policy_summary* const from = gap_from(policies);
    if (from != nullptr) text += fmt::format("  {:>12}", "gap closed %");
    text += "\n";
    for (const policy_summary& each : policies) {
        text += fmt::format("{:<{}}  {:>{}}  {:>{}}  {:>8.{}f}  {:>11.0f}", each.name, name_width,
                            range_text(each.allocated, several), width, range_text(each.fragmented, several), width,
                            each.failed, several ? 1 : 0, each.rate);
        if (timed)
            text += fmt::format("  {:>8.{}f}  {:>11.1f}  {:>14.0f}", each.waited, several ? 1 : 0, each.mean_wait,
                                each.longest_wait);
        if (from != nullptr) text += gap_text(gap_closed(each, *from));
        text += "\n";
    }
    if (!timed) text += closing_text(policies, runs.front());
    return causes ? text + causes_text(runs, policies) : text;
}

namespace {

using json = nlohmann::ordered_json;

/// What every run tells.
json common_json(const run_record& run) {
    const gpupack::replay::result& result = run.result;
    const bool at_end = !run.churn; // how much is allocated is not told where tasks come and go
    return {{"schema", 1},          // grows when a field changes its meaning
            {"workload", run.workload},
            {"policy", run.policy},
            {"seed", run.seed},
            {"engine", run.engine},
            {"load", run.load},
            {"nodes", run.nodes},
            {"gpus", run.gpus},
            {"tasks", run.tasks},
            {"placed", run.placed},
            {"failed", run.failed},
            {"allocated_gpu_percent", at_end ? result.allocated_percent : 0.0},
            {"fragmented_gpu_percent", at_end ? result.fragmented_percent : 0.0},
            {"decisions", run.decisions},
            {"seconds", result.seconds},
            {"decisions_per_second", result.decisions_per_second()},
            {"curve", json::array()}};
}

/// What is allocated while tasks arrive.
void add_curve(json& object, const run_record& run) {
    for (const auto& point : run.result.samples)
        object["curve"].push_back({point.arrived, point.allocated, point.fragmented});
    if (!run.bound_curve.empty()) object["bound_curve"] = run.bound_curve;
}

/// What arrived and what failed by size.
void add_sizes(json& object, const run_record& run) {
    auto& sizes = object["sizes"] = json::array();
    for (std::size_t size = 0; size < gpupack::replay::size_class_count; ++size) {
        sizes.push_back({{"name", gpupack::replay::size_class_names[size]},
                         {"arrived", run.sizes.arrived[size]},
                         {"failed", run.sizes.failed[size]}});
        if (run.waits) sizes.back()["waited"] = run.sizes.waited[size];
    }
}

/// The bound, why compute is idle, and what failed by size.
void add_measures(json& object, const run_record& run) {
    if (run.bound) object["bound_gpu_percent"] = gpupack::replay::percent(*run.bound, run.compute);
    if (run.idle)
        object["idle_milli_gpus"] = {{"too_small", run.idle->too_small.count()},
                                     {"host_short", run.idle->host_short.count()},
                                     {"wrong_model", run.idle->wrong_model.count()},
                                     {"fits", run.idle->fits.count()},
                                     {"unasked", run.idle->rounding_overhead.count()}};
    add_sizes(object, run);
}

/// What was in use of the nodes over time, in at most 100 rows of nodes that follow each other.
json nodes_over_time(const std::vector<gpupack::replay::sample>& samples) {
    constexpr std::size_t most_rows = 100;
    const std::size_t nodes = samples.front().nodes.size();
    const std::size_t each = (nodes + most_rows - 1) / most_rows;
    json percent = json::array();
    for (std::size_t first = 0; first < nodes; first += each) {
        const std::size_t end = std::min(first + each, nodes);
        json row = json::array();
        for (const gpupack::replay::sample& point : samples) {
            std::size_t sum = 0;
            for (std::size_t n = first; n < end; ++n) sum += point.nodes[n];
            row.push_back(sum / (end - first));
        }
        percent.push_back(std::move(row));
    }
    json object;
    object["nodes_in_row"] = each;
    object["percent"] = std::move(percent);
    return object;
}

/// What a timeline tells.
void add_timeline(json& object, const run_record& run) {
    object["waited"] = run.waits->tasks;
    object["rejected"] = run.result.rejected;
    object["unplaced"] = run.result.unplaced;
    object["wait_seconds"] = run.waits->total;
    object["longest_wait_seconds"] = run.waits->longest;
    object["mean_allocated_gpu_percent"] = run.result.mean_allocated_percent;
    object["mean_allocated_percent"] = run.result.mean_allocated_percent;
    add_waits(object, run);
    auto& points = object["timeline"] = json::array();
    for (const auto& point : run.result.samples)
        points.push_back({point.time, point.allocated, point.fragmented, point.waiting});
    if (!run.result.samples.empty() && !run.result.samples.front().nodes.empty())
        object["nodes_over_time"] = nodes_over_time(run.result.samples);
}

/// How close together tasks were placed, where that means anything.
void add_locality(json& object, const churn_record& churn) {
    const gpupack::replay::locality all = churn.counts.overall_locality();
    if (all.sets > 0) {
        object["multi_gpu_tasks"] = all.sets;
        object["on_best_set_percent"] = all.on_best_percent();
        object["link_score_percent"] = all.link_percent();
    }
    if (all.by_level.empty()) return;
    auto& gangs = object["gangs_by_level"] = json::object();
    for (std::size_t level = 0; level < churn.levels.size(); ++level)
        gangs[churn.levels[level]] = level < all.by_level.size() ? all.by_level[level] : 0;
}

/// What tasks tell that come and go.
void add_churn(json& object, const run_record& run) {
    const churn_record& churn = *run.churn;
    object["mean_allocated_percent"] = run.result.mean_allocated_percent;
    object["accepted_percent"] = churn.counts.accepted_percent();
    object["accepted_size_percent"] = churn.accepted_size_percent;
    object["bound_size_percent"] = churn.bound_size_percent;
    if (churn.bound_allocated_percent) object["bound_allocated_percent"] = *churn.bound_allocated_percent;
    object["size_unit"] = churn.unit;
    object["mean_active_gpus"] = run.result.mean_active_gpus;
    object["refused"] = run.result.refused.tasks;
    object["refused_though_free"] = run.result.refused.though_free;
    object["mean_wait_stays"] = churn.mean_wait;
    object["evictions"] = run.result.evictions;
    object["reclaims"] = run.result.reclaims;
    object["moves"] = run.result.moves;
    if (run.measured_waits.all.tasks > 0) add_waits(object, run);
    add_locality(object, churn);
    add_sizes(object, run);
    auto& classes = object["kinds"] = json::array();
    for (std::size_t c = 0; c < churn.names.size(); ++c)
        classes.push_back(
            {{"name", churn.names[c]}, {"came", churn.counts.arrived[c]}, {"placed", churn.counts.placed[c]}});
}

} // namespace

std::string json_text(const std::vector<run_record>& runs, json_layout layout) {
    auto all = json::array();
    for (const run_record& run : runs) {
        json object = common_json(run);
        if (run.churn) {
            add_churn(object, run);
        } else if (run.waits) {
            add_measures(object, run);
            add_timeline(object, run);
        } else {
            add_curve(object, run);
            add_measures(object, run);
        }
        all.push_back(std::move(object));
    }
    if (layout == json_layout::lines) {
        std::string text;
        for (const json& object : all) text += object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
        return text;
    }
    const int indent = layout == json_layout::compact ? -1 : 1;
    return all.dump(indent, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace replay_program
