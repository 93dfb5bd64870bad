// SPDX-License-Identifier: Apache-2.0
// FGD's simulator: what is typical, fit by node, scores, node and GPUs under FGD and its baselines.
#include "board.hpp"
#include "systems.hpp"

#include <gpupack/dialect/gpupack/presets.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <algorithm>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

constexpr std::string_view fgd_fault = "a sum of doubles falls short of a fall of 0, and the score of 50 is cut to 49";
constexpr std::string_view whole_fault = "a double falls short of a whole score, and is cut";

/// The place of a preset among the rows.
constexpr std::size_t index_of(std::string_view name) {
    std::size_t index = 0;
    bool found = false;
    std::apply([&](const auto&... row) { (((found = found || row.name == name) ? 0U : ++index), ...); },
               dialect::gpupack_presets);
    return index;
}

template <std::size_t Index> judged_policy row_at(const task_mix& expected) {
    return judged_policy{std::get<Index>(dialect::gpupack_presets).make({.expected = expected})};
}

judged_policy policy_named(std::string_view name, const task_mix& expected) {
    if (name == "fgd") return row_at<index_of("fgd")>(expected);
    if (name == "best-fit") return row_at<index_of("best-fit")>(expected);
    if (name == "dot-product") return row_at<index_of("dot-product")>(expected);
    if (name == "gpu-packing") return row_at<index_of("gpu-packing")>(expected);
    return row_at<index_of("gpu-clustering")>(expected);
}

board make_board(const json& test_case) {
    cluster_builder builder;
    for (const json& node : test_case["nodes"]) {
        const int gpus = node["gpus"];
        node_spec spec{.cpu = milli_cpu{node["cpu_milli"].get<std::int64_t>()},
                       .memory = mebibytes{node["memory_mib"].get<std::int64_t>()}};
        if (gpus > 0)
            spec.gpus = {gpus,
                         {.model = name{node["model"].get<std::string>()}, .memory = mebibytes{16384}},
                         {.max_sharers = 65535}};
        builder.add_nodes(1, spec);
    }
    return board{std::move(builder).build().value()};
}

request request_of(const json& task, const model_table& models) {
    request made{.cpu = milli_cpu{task["cpu_milli"].get<std::int64_t>()},
                 .memory = mebibytes{task.value("memory_mib", std::int64_t{0})}};
    made.gpus = task.value("gpus", 0);
    if (const int each = task.value("gpu_milli", 0); made.gpus > 0 && each < 1000)
        made.share = slice{.compute = milli_gpu{each}};
    made.models = models.select(task.value("models", "")).value();
    return made;
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, board_{make_board(test_case)},
          preset_{test_case["policy"].get<std::string>()}, expected_{mix_of(test_case, board_.cluster().models())},
          policy_{policy_named(preset_, expected_)}, fall_{policy::fragmentation{
                                                         expected_.typical(policy::fgd_typical_percent)}} {}

    void run() {
        compare_typical();
        for (const json& event : case_["events"]) {
            if (event["kind"] == "leave")
                board_.leave(event["id"]);
            else if (!arrive(event))
                return counts_.leave_out("the rest of a case: gpupack's cluster cannot follow");
        }
    }

  private:
    static task_mix mix_of(const json& test_case, const model_table& models) {
        task_mix mix;
        for (const json& task : test_case["history"])
            mix.add(request_of(task, models), task["count"].get<std::int64_t>(), task.value("models", ""));
        return mix;
    }

    void compare_typical() {
        std::vector<request> theirs;
        for (const json& task : case_["typical"]) theirs.push_back(request_of(task, board_.cluster().models()));
        const task_mix typical = expected_.typical(policy::fgd_typical_percent);
        const auto& ours = typical.entries();
        const bool same = std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                                     [](const task_mix::entry& a, const request& b) { return a.request == b; });
        counts_.compare("typical tasks", same, {}, [&] {
            return sides{case_["history"].dump(), case_["typical"].dump(), std::to_string(ours.size()) + " tasks"};
        });
    }

    [[nodiscard]] bool arrive(const json& event) {
        counts_.count_decision();
        const json& task = event["task"];
        const request asked = request_of(task, board_.cluster().models());
        const decided ours = policy_(board_, asked);
        std::string_view fault;
        for (int n = 0; n < board_.size(); ++n) {
            const json& theirs = event["scores"][static_cast<std::size_t>(n)];
            counts_.compare(preset_ + " node fits", theirs.is_null() != ours.fits(n), {}, [&] {
                const std::string where = "node " + std::to_string(n);
                return sides{task.dump(), where + (theirs.is_null() ? " does not fit" : " fits"),
                             where + (ours.fits(n) ? " fits" : " does not fit")};
            });
            if (theirs.is_null() || !ours.fits(n)) continue;
            const std::string_view cut = theirs == ours.score(n) - 1 ? cut_score(asked, n) : std::string_view{};
            if (!cut.empty()) fault = cut;
            counts_.compare(preset_ + " score", theirs == ours.score(n), cut, [&] {
                return sides{task.dump(), "node " + std::to_string(n) + " " + theirs.dump(),
                             std::to_string(ours.score(n))};
            });
        }
        const int node = event["node"];
        counts_.compare(preset_ + " node", node == ours.node, fault, [&] {
            return sides{task.dump(), std::to_string(node), std::to_string(ours.node)};
        });
        if (node < 0) return true;
        const gpu_set taken = asked.gpus > 0 ? gpus_in(event["taken"]) : gpu_set{};
        if (asked.gpus > 0 && ours.fits(node)) {
            const bool may_cut = preset_ == "fgd" && ours.score(node) == 50;
            counts_.compare(preset_ + " GPUs", ours.gpus(node) == taken, may_cut ? fgd_fault : std::string_view{}, [&] {
                return sides{task.dump(), "node " + std::to_string(node) + " " + text_of(taken),
                             text_of(ours.gpus(node))};
            });
        }
        return board_.take(event["id"], node, taken, asked);
    }

    /// Why a score may be one less there: the exact one is whole, and doubles need not reach it.
    [[nodiscard]] std::string_view cut_score(const request& asked, int n) const {
        if (preset_ == "fgd") return fall_(board_, asked).score(n) == 0 ? fgd_fault : std::string_view{};
        const node_view node = board_.node(n);
        const std::int64_t wanted = asked.total_compute().count();
        std::int64_t part = -1;    // of a point, in the smallest unit
        if (preset_ == "best-fit") // 100 - 50 (cpu / 128000 + compute / 8000)
            part = 50 * ((node.cpu_free() - asked.cpu).count() + 16 * (node.compute_free().count() - wanted)) % 128000;
        if (preset_ == "dot-product") // the same of the products, by the squares
            part = 50 * (asked.cpu.count() * node.cpu_free().count() + 256 * wanted * node.compute_free().count()) %
                   (std::int64_t{128000} * 128000);
        return part == 0 ? whole_fault : std::string_view{};
    }

    const json& case_;
    tally& counts_;
    board board_;
    std::string preset_;
    task_mix expected_;
    judged_policy policy_;
    judged_policy fall_;
};

} // namespace

void judge_fgd(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
