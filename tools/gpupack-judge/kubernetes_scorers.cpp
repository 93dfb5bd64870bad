// SPDX-License-Identifier: Apache-2.0
// kube-scheduler's node scores: NodeResourcesFit, BalancedAllocation, their sum, and the node.
#include "board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/kubernetes/assumed_requests.hpp>
#include <gpupack/dialect/kubernetes/capacity_ratio.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/dialect/kubernetes/presets.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <cstdlib>
#include <set>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

constexpr std::string_view whole_fault =
    "a balance that is a whole number of points is a double just below it, and is cut";

board make_board(const json& test_case) {
    cluster_builder builder;
    for (const json& node : test_case["nodes"]) {
        const int gpus = node["gpus"];
        builder.add_nodes(1, {.cpu = milli_cpu{node["cpu_milli"].get<std::int64_t>()},
                              .memory = mebibytes{node["memory_kib"].get<std::int64_t>() / 1024},
                              .gpus = gpus > 0 ? gpu_list{gpus, models::a100_80gb} : gpu_list{}});
    }
    return board{std::move(builder).build().value()};
}

/// Memory that is no whole number of MiB is rounded up: gpupack counts no less.
request request_of(const json& pod) {
    return {.cpu = milli_cpu{pod["cpu_milli"].get<std::int64_t>()},
            .memory = mebibytes{(pod["memory_kib"].get<std::int64_t>() + 1023) / 1024},
            .gpus = pod["gpus"].get<int>()};
}

policy::resource_weights weights_in(const json& weights) {
    return {weights["cpu"], weights["memory"], weights["gpu"]};
}

judged_policy fit_policy(const json& setup) {
    const std::string strategy = setup["strategy"];
    const auto weights = weights_in(setup["fit"]);
    if (strategy == "LeastAllocated") return judged_policy{dialect::assumed_requests<policy::spread>{{weights}}};
    if (strategy == "MostAllocated") return judged_policy{dialect::assumed_requests<policy::binpack>{{weights}}};
    dialect::kubernetes_capacity_ratio ratio{weights};
    ratio.count = 0;
    for (const json& point : setup["shape"])
        if (ratio.count < dialect::kubernetes_capacity_ratio::most_points)
            ratio.points[ratio.count++] = {point["utilization"], point["score"]};
    return judged_policy{dialect::assumed_requests<dialect::kubernetes_capacity_ratio>{ratio}};
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, setup_{test_case["setup"]}, board_{make_board(test_case)},
          fit_{fit_policy(setup_)}, balanced_{
                                        dialect::kubernetes_balanced{.with_gpus = setup_["balanced"]["gpu"] != 0}} {
        for (const json& node : test_case["nodes"])
            whole_ = whole_ && node["memory_kib"].get<std::int64_t>() % 1024 == 0;
    }

    void run() {
        if (!case_["standing"].is_null())
            for (const json& pod : case_["standing"])
                if (!take(pod, pod.value("node", 0))) return cannot_follow();
        for (const json& event : case_["events"]) {
            if (event["kind"] == "leave") {
                board_.leave(event["id"]);
                odd_.erase(event["id"].get<std::int64_t>());
            } else if (!arrive(event)) {
                return cannot_follow();
            }
        }
    }

  private:
    void cannot_follow() { counts_.leave_out("the rest of a case: gpupack's cluster cannot follow"); }

    /// Whether a pod asks for what gpupack counts as kube-scheduler does.
    [[nodiscard]] static bool is_odd(const json& pod) { return pod["memory_kib"].get<std::int64_t>() % 1024 != 0; }

    [[nodiscard]] bool take(const json& pod, int node) {
        const request asked = request_of(pod);
        const node_view view = board_.node(node);
        if (!fit::fits(view, asked)) return false;
        if (is_odd(pod)) odd_.insert(pod["id"].get<std::int64_t>());
        return board_.take(pod["id"], node, asked.gpus > 0 ? fit::lowest_gpus(view, asked) : gpu_set{}, asked);
    }

    [[nodiscard]] bool arrive(const json& event) {
        counts_.count_decision();
        const json& pod = event["pod"];
        if (!whole_ || !odd_.empty() || is_odd(pod))
            counts_.leave_out("a decision with memory in parts of a MiB");
        else
            compare(event);
        return !event.contains("taken") || take(pod, event["taken"]);
    }

    void compare(const json& event) {
        const request asked = request_of(event["pod"]);
        const std::string question = event["pod"].dump();
        const std::string strategy = setup_["strategy"];
        const decided by_fit = fit_(board_, asked);
        const decided by_balance = balanced_(board_, asked);
        std::set<int> passed;
        std::int64_t highest = -1;
        std::vector<int> best;
        std::string_view any_fault;
        for (const json& node : event.value("nodes", json::array())) {
            const int n = node["node"];
            passed.insert(n);
            if (!by_fit.fits(n)) continue;
            compare_score("kubernetes " + strategy, question, n, node["fit"], by_fit.score(n), {});
            std::string_view fault;
            if (node.contains("balanced")) {
                if (std::abs(node["balanced"].get<std::int64_t>() - by_balance.score(n)) == 1 &&
                    has_whole_balance(asked, n))
                    any_fault = fault = whole_fault;
                compare_score("kubernetes BalancedAllocation", question, n, node["balanced"], by_balance.score(n),
                              fault);
            }
            const std::int64_t sum = setup_["fit_weight"].get<std::int64_t>() * by_fit.score(n) +
                                     setup_["balanced_weight"].get<std::int64_t>() * by_balance.score(n);
            compare_score("kubernetes sum", question, n, node["total"], sum, fault);
            if (sum > highest) best.clear();
            if (sum >= highest) best.push_back(n);
            highest = std::max(highest, sum);
        }
        for (int n = 0; n < board_.size(); ++n)
            counts_.compare("kubernetes node fits", (passed.count(n) > 0) == by_fit.fits(n), {}, [&] {
                const std::string where = "node " + std::to_string(n);
                return sides{question, where + (passed.count(n) > 0 ? " fits" : " does not fit"),
                             where + (by_fit.fits(n) ? " fits" : " does not fit")};
            });
        compare_node("kubernetes node", event, best.empty() ? -1 : best.front(), any_fault);
        if (setup_["kind"].get<std::string>().starts_with("default"))
            compare_node("k8s-exclusive node", event,
                         preset_of(dialect::kubernetes_presets, "k8s-exclusive")(board_, asked).node, any_fault);
    }

    /// Whether the balance of a node, with the pod or without it, is exactly a whole number of points.
    [[nodiscard]] bool has_whole_balance(const request& asked, int number) const {
        const node_view node = board_.node(number);
        const std::int64_t cpu = node.cpu().count();
        const std::int64_t memory = node.memory().count();
        const std::int64_t cpu_used = cpu - node.cpu_free().count();
        const std::int64_t memory_used = memory - node.memory_free().count();
        const auto is_whole = [&](std::int64_t more_cpu, std::int64_t more_memory) {
            return 50 * ((cpu_used + more_cpu) * memory - (memory_used + more_memory) * cpu) % (cpu * memory) == 0;
        };
        return cpu > 0 && memory > 0 && (is_whole(0, 0) || is_whole(asked.cpu.count(), asked.memory.count()));
    }

    void compare_score(const std::string& kind, const std::string& question, int node, const json& theirs,
                       std::int64_t ours, std::string_view fault) {
        counts_.compare(kind, theirs == ours, fault, [&] {
            return sides{question, "node " + std::to_string(node) + " " + theirs.dump(), std::to_string(ours)};
        });
    }

    void compare_node(const std::string& kind, const json& event, int ours, std::string_view fault) {
        const json best = event.value("best", json::array());
        counts_.compare(kind, best.empty() ? ours < 0 : contains(best, ours), fault, [&] {
            return sides{event["pod"].dump(), best.dump(), std::to_string(ours)};
        });
    }

    const json& case_;
    tally& counts_;
    const json& setup_;
    board board_;
    judged_policy fit_;
    judged_policy balanced_;
    bool whole_ = true;            // whether all nodes have whole MiB
    std::set<std::int64_t> odd_{}; // ids of such pods that are still there
};

} // namespace

void judge_kubernetes_scorers(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
