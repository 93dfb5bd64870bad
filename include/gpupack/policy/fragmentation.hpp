#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>

#include <cstdint>

namespace gpupack::policy {

/// The scorer that fragmentation prepares: how much fragmentation falls when the candidate is taken.
struct fragmentation_scorer {
    fragmentation_view expected;

    static constexpr bool dear = true;

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& chosen,
                                                        const request& asked) const noexcept {
        const node_now node{expected, chosen.node, asked};
        score gained = 0;
        for (int c = 0; c < expected.class_count; ++c) {
            const class_on_node now = look_at(c, chosen.node, node);
            gained += usable_change(expected.classes[c], chosen.node, asked, now, chosen.gpus);
        }
        return gained + expected.total * asked.total_compute().count();
    }

    /// The same scores, with what a demand class finds on the node summed up only once for all candidates. Serves
    /// requests for one GPU, by far the most frequent; the rest go candidate by candidate.
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& asked, Visit&& visit) const {
        if (asked.gpus != 1) {
            fit::for_each_candidate(node, asked,
                                    [&](const candidate& chosen) { visit((*this)(chosen, asked), chosen.gpus); });
            return;
        }
        gpu_set single[max_gpus_per_node];
        score gained[max_gpus_per_node];
        int count = 0;
        fit::for_each_candidate(node, asked, [&](const candidate& chosen) {
            gained[count] = expected.total * asked.total_compute().count();
            single[count++] = chosen.gpus;
        });
        const node_now before{expected, node, asked};
        for (int c = 0; c < expected.class_count; ++c) {
            const class_on_node now = look_at(c, node, before);
            if (now.tasks == 0) continue;
            for (int i = 0; i < count; ++i)
                gained[i] += usable_change(expected.classes[c], node, asked, now, single[i]);
        }
        for (int i = 0; i < count; ++i) visit(gained[i], single[i]);
    }

  private:
    /// What all demand classes look at: a node's GPUs, and how its CPU compares now and after the placement.
    struct node_now {
        gpu_lanes gpus;
        std::int32_t level;
        std::int32_t level_after;

        GPUPACK_HD constexpr node_now(const fragmentation_view& expected, const node_view& node,
                                      const request& asked) noexcept
            : gpus{node}, level{expected.cpu_level(node.cpu_free())}, level_after{expected.cpu_level(
                                                                          node.cpu_free() - asked.cpu)} {}
    };

    /// What the tasks of a demand class find on a node.
    ///
    /// tasks, tasks_after  how many of them the node could serve now; how many of those it would have the CPU for
    ///                     after the placement
    struct class_on_node {
        gpu_set wanted{};
        served_gpus served{};
        std::int64_t tasks = 0;
        std::int64_t tasks_after = 0;
    };

    [[nodiscard]] GPUPACK_HD constexpr class_on_node look_at(int of_class, const node_view& node,
                                                             const node_now& before) const noexcept {
        const demand_class& tasks = expected.classes[of_class];
        class_on_node now;
        now.wanted = node.kind().gpus_of(tasks.models);
        if (now.wanted.empty()) return now;
        now.served = sum_served(before.gpus, now.wanted, tasks.offer, tasks.memory);
        if (now.served.count < tasks.gpus) return now;
        now.tasks = expected.tasks_within(of_class, before.level);
        now.tasks_after = expected.tasks_within(of_class, before.level_after);
        return now;
    }

    /// Usable compute after the placement minus usable compute before it, for one demand class.
    [[nodiscard]] GPUPACK_HD constexpr score usable_change(const demand_class& tasks, const node_view& node,
                                                           const request& asked, const class_on_node& now,
                                                           gpu_set taken) const noexcept {
        if (now.tasks == 0) return 0; // taking never makes usable what was not
        served_gpus after = now.served;
        for_each_gpu(taken & now.wanted, [&](int i) {
            const gpu_state& gpu = node.gpu(i);
            if (!tasks.served_by(gpu)) return;
            const gpu_state left = after_taking(gpu, asked.share, asked.gpus);
            const bool still = tasks.served_by(left);
            after.free += (still ? left.compute_free : 0) - gpu.compute_free;
            after.count -= still ? 0 : 1;
        });
        const std::int64_t usable = after.count < tasks.gpus ? 0 : now.tasks_after * after.free;
        return usable - now.tasks * now.served.free;
    }
};

/// Prefers the choice that lowers the expected fragmentation most, or raises it least: the exact gradient, without
/// FGD's rounding (policy::fgd has it).
///
/// score   the fall of fragmentation, in tasks times milli-GPUs: divide by the mix's total for milli-GPUs
/// source  FGD, USENIX ATC 2023 (docs/sources.md#fgd)
class fragmentation {
  public:
    /// expected  the tasks to come; FGD takes task_mix::typical(95) of the workload
    explicit fragmentation(const task_mix& expected) : table_{expected} {}

    [[nodiscard]] fragmentation_scorer prepare(const decision&) const noexcept { return {table_.view()}; }

    friend bool operator==(const fragmentation&, const fragmentation&) = default;

  private:
    fragmentation_table table_;
};

static_assert(policy<fragmentation>);

} // namespace gpupack::policy
