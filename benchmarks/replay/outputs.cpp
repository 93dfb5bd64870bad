#include "outputs.hpp"

#include "summary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace replay_program {
namespace {

std::string seeds_text(const std::vector<run_record>& runs) {
    const std::uint64_t first = runs.front().seed;
    const std::uint64_t last = runs.back().seed;
    return first == last ? fmt::format("seed {}", first) : fmt::format("seeds {} to {}", first, last);
}

std::string range_text(const seed_range& over, bool several) {
    return several ? fmt::format("{:6.2f} ({:.2f} - {:.2f})", over.mean, over.least, over.most)
                   : fmt::format("{:6.2f}", over.mean);
}

std::string gpus_text(gpupack::gpu_set gpus) {
    std::string text;
    gpupack::for_each_gpu(gpus, [&](int i) { text += (text.empty() ? "" : "-") + std::to_string(i); });
    return text;
}

std::string heading(const std::vector<run_record>& runs) {
    const run_record& any = runs.front();
    std::string text = fmt::format("{}: {} nodes, {} GPUs; ", any.workload, any.nodes, any.gpus);
    if (any.timeline)
        text += fmt::format("{} tasks in recorded time", any.tasks);
    else if (any.load > 0)
        text += fmt::format("tasks arrive until {:g} % of the GPUs are asked for", 100 * any.load);
    else
        text += fmt::format("{} tasks in the given order", any.tasks);
    return text + fmt::format("; {}; engine {}\n\n", seeds_text(runs), any.engine);
}

} // namespace

std::string table_text(const std::vector<run_record>& runs) {
    if (runs.empty()) return "nothing to replay\n";
    const bool several = runs.front().seed != runs.back().seed;
    const bool timed = runs.front().timeline.has_value();
    const int width = several ? 24 : 12;
    std::string text = heading(runs);
    text += fmt::format("{:<16}  {:>{}}  {:>{}}  {:>8}  {:>11}", "policy", timed ? "mean alloc %" : "allocated %",
                        width, "fragmented %", width, "failed", "decisions/s");
    if (timed) text += fmt::format("  {:>8}  {:>11}  {:>14}", "waited", "mean wait s", "longest wait s");
    text += "\n";
    const auto policies = summarise(runs);
    for (const policy_summary& each : policies) {
        text += fmt::format("{:<16}  {:>{}}  {:>{}}  {:>8.{}f}  {:>11.0f}", each.name,
                            range_text(each.allocated, several), width, range_text(each.fragmented, several), width,
                            each.failed, several ? 1 : 0, each.rate);
        if (timed)
            text += fmt::format("  {:>8.{}f}  {:>11.1f}  {:>14.0f}", each.waited, several ? 1 : 0, each.mean_wait,
                                each.longest_wait);
        text += "\n";
    }
    const policy_summary& best = policies.front();
    if (!timed)
        text +=
            fmt::format("\n{} wastes least: {:.2f} % of the GPUs are allocated at the end, {:.0f} of {} idle.\n",
                        best.name, best.allocated.mean, best.unallocated, runs.front().gpus);
    return text;
}

std::string json_text(const std::vector<run_record>& runs) {
    auto all = nlohmann::ordered_json::array();
    for (const run_record& run : runs) {
        const gpupack::replay::result& result = run.result;
        nlohmann::ordered_json object{{"workload", run.workload},
                                      {"policy", run.policy},
                                      {"seed", run.seed},
                                      {"engine", run.engine},
                                      {"load", run.load},
                                      {"nodes", run.nodes},
                                      {"gpus", run.gpus},
                                      {"tasks", run.tasks},
                                      {"placed", result.placed},
                                      {"failed", result.failed},
                                      {"allocated_gpu_percent", result.allocated_percent},
                                      {"fragmented_gpu_percent", result.fragmented_percent},
                                      {"decisions", result.outcomes.size()},
                                      {"seconds", result.seconds},
                                      {"decisions_per_second", result.decisions_per_second()}};
        auto& curve = object["curve"] = nlohmann::ordered_json::array();
        for (const auto& point : result.curve) curve.push_back({point.arrived, point.allocated, point.fragmented});
        if (run.timeline) {
            object["waited"] = run.timeline->waited;
            object["rejected"] = run.timeline->rejected;
            object["unplaced"] = run.timeline->unplaced;
            object["wait_seconds"] = run.timeline->wait_seconds;
            object["longest_wait_seconds"] = run.timeline->longest_wait;
            object["mean_allocated_gpu_percent"] = run.timeline->mean_allocated_percent;
            auto& points = object["timeline"] = nlohmann::ordered_json::array();
            for (const auto& point : run.timeline->points)
                points.push_back({point.time, point.allocated, point.fragmented, point.waiting});
        }
        all.push_back(std::move(object));
    }
    return all.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string decisions_text(const inputs& from, const run_record& run) {
    std::string text = "task,node,gpus\n";
    for (const gpupack::replay::outcome& each : run.result.outcomes) {
        text += from.trace.tasks[each.task].name + ",";
        if (each.placed) text += run.end[each.node.number()].name;
        text += "," + gpus_text(each.gpus) + "\n";
    }
    return text;
}

} // namespace replay_program
