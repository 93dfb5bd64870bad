// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/gpu_lanes.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/split.hpp>

#include <concepts>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The scorer that fragmentation prepares: how much fragmentation falls when the candidate is taken.
struct fragmentation_scorer {
    fragmentation_view expected; ///< The typical tasks.

    static constexpr policy_properties properties{.expensive = true}; ///< What engines must know about it.

    /// The tables of what is expected.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) { expected.for_each_table(visit); }

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        const before_and_after node{expected, candidate.node, request, candidate.gpus};
        score gained = expected.total * node.taken(candidate.gpus);
        for (int c = 0; c < expected.class_count; ++c)
            gained += usable_change(c, look_at(c, node), node, candidate.gpus);
        return gained;
    }

    /// The same scores, with what a demand class finds on the node summed up only once for all candidates.
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        constexpr int most = max_gpus_per_node; // single GPUs; sets of several may be more, and go one by one
        gpu_set sets[most];
        score gained[most];
        int count = 0;
        gpu_set touched;
        fit::for_each_candidate(node, request, [&](const candidate& each) {
            if (request.gpus > 1 || in_profiles(request.share.way()) || request.share.is_split())
                return visit((*this)(each, request), each.gpus, each.slots);
            sets[count++] = each.gpus;
            touched = touched | each.gpus;
        });
        if (count == 0) return;
        const before_and_after here{expected, node, request, touched};
        for (int i = 0; i < count; ++i) gained[i] = expected.total * here.taken(sets[i]);
        for (int c = 0; c < expected.class_count; ++c) {
            const class_on_node now = look_at(c, here);
            if (now.tasks == 0) continue;
            for (int i = 0; i < count; ++i) gained[i] += usable_change(c, now, here, sets[i]);
        }
        for (int i = 0; i < count; ++i) visit(gained[i], sets[i], slot_list{});
    }

  private:
    /// What all demand classes look at: a node's GPUs and how far its CPU goes, now and after the placement.
    struct before_and_after {
        gpu_lanes now;
        /// Each GPU that a candidate may take, as if it had been taken; the other lanes hold nothing.
        gpu_lanes after;
        std::int32_t level;
        std::int32_t level_after;
        const node_type& type;

        GPUPACK_HD constexpr before_and_after(const fragmentation_view& expected, const node_view& node,
                                              const request& request, gpu_set touched) noexcept
            : now{node}, level{expected.cpu_level(node.cpu_free())},
              level_after{expected.cpu_level(node.cpu_free() - request.cpu)}, type{node.type()} {
            split_memory pieces;
            if (request.share.is_split()) pieces = split_over(&node.gpu(0), touched, request.share);
            for_each_gpu_indexed(touched, [&](int nth, int i) {
                const share part = request.share.is_split() ? piece_of(request.share, pieces, nth) : request.share;
                after.set(i, after_taking(node.gpu(i), part, node.capacity(i), request.gpus), node.capacity(i));
            });
        }

        /// What is free on some GPUs now and no longer once they are taken.
        [[nodiscard]] GPUPACK_HD constexpr std::int64_t taken(gpu_set gpus) const noexcept {
            std::int64_t sum = 0;
            for_each_gpu(gpus, [&](int i) { sum += now.supply[i] - after.supply[i]; });
            return sum;
        }
    };

    /// What the tasks of a demand class find on a node.
    struct class_on_node {
        gpu_set wanted{};
        served_gpus served{};
        /// How many of them the node could serve now.
        std::int64_t tasks = 0;
        /// How many of those it would have the CPU for after the placement.
        std::int64_t tasks_after = 0;
    };

    [[nodiscard]] GPUPACK_HD constexpr class_on_node look_at(int of_class,
                                                             const before_and_after& node) const noexcept {
        const demand_class& tasks = expected.classes[of_class];
        class_on_node now;
        now.wanted = node.type.gpus_of(tasks.models);
        now.served = sum_served(node.now, now.wanted, tasks.offer, tasks.memory);
        if (now.served.count() < tasks.gpus) return now;
        now.tasks = expected.tasks_within(of_class, node.level);
        now.tasks_after = expected.tasks_within(of_class, node.level_after);
        return now;
    }

    /// Usable compute after the placement minus usable compute before it, for one demand class.
    [[nodiscard]] GPUPACK_HD constexpr score usable_change(int of_class, const class_on_node& now,
                                                           const before_and_after& node, gpu_set gpus) const noexcept {
        if (now.tasks == 0) return 0; // taking never makes usable what was not
        const demand_class& tasks = expected.classes[of_class];
        std::int32_t packed = now.served.packed();
        for_each_gpu(gpus & now.wanted, [&](int i) {
            packed +=
                node.after.supply_for(i, tasks.offer, tasks.memory) - node.now.supply_for(i, tasks.offer, tasks.memory);
        });
        const served_gpus left{packed};
        const std::int64_t usable = left.count() < tasks.gpus ? 0 : now.tasks_after * left.free();
        return usable - now.tasks * now.served.free();
    }
};

/// A scorer whose score of a choice follows from how much fragmentation falls alone: scorer.measure() is what falls, and
/// scorer.of_fall(fall) is the score, from 0 to 2^31 - 1, which never falls where the fall rises.
template <class Scorer>
concept scores_by_fall = requires(const Scorer& scorer, score fall) {
    { scorer.measure() } -> std::convertible_to<const fragmentation_view&>;
    { scorer.of_fall(fall) } -> std::same_as<std::uint32_t>;
};

/// Prefers the choice that lowers the expected fragmentation most, or raises it least: the exact gradient, without
/// FGD's rounding (policy::fgd has it).
///
/// - Score: the fall of fragmentation, in tasks times milli-GPUs: divide by the mix's total for milli-GPUs.
/// - Source: FGD, USENIX ATC 2023 (docs/sources.md#fgd).
class fragmentation {
  public:
    /// @param expected the tasks to come; FGD takes task_mix::typical(95) of the workload
    explicit fragmentation(const task_mix& expected) : table_{expected} {}

    /// The scorer of one decision.
    [[nodiscard]] fragmentation_scorer prepare(const decision&) const noexcept { return {table_.view()}; }

    friend bool operator==(const fragmentation&, const fragmentation&) = default;

  private:
    fragmentation_table table_;
};

} // namespace gpupack::policy
