// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kueue/detail/plan.hpp>
#include <gpupack/dialect/kueue/tree.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::detail {

/// First what a domain holds, then what it is given.
struct kueue_count {
    std::int64_t pods = 0;
    std::int64_t slices = 0;     // outer ones; 0 below their level
    std::int64_t led_pods = 0;   // beside the leader
    std::int64_t led_slices = 0; // beside the leader
    int leaders = 0;
};

/// The counts of a level.
using kueue_counts = std::vector<kueue_count>;

/// Turns the pods of a domain on the level of the outer slices into slices.
inline void kueue_cut(kueue_count& count, const kueue_plan& plan) {
    count.slices = count.pods / plan.size;
    count.led_slices = count.led_pods / plan.size;
}

/// What a domain holds, of what its children hold: the leader goes where it costs least.
[[nodiscard]] inline kueue_count kueue_sum(const kueue_counts& children, std::size_t first, std::size_t last,
                                           const kueue_plan& plan, std::int64_t inner) {
    kueue_count sum;
    std::int64_t lost_pods = max_amount;
    std::int64_t lost_slices = max_amount;
    bool hosts_leader = false;
    for (std::size_t child = first; child < last; ++child) {
        const kueue_count& each = children[child];
        const std::int64_t pods = inner > 0 ? each.pods / inner * inner : each.pods;
        const std::int64_t led_pods = inner > 0 ? each.led_pods / inner * inner : each.led_pods;
        sum.pods += pods;
        sum.slices += each.slices;
        sum.leaders = std::max(sum.leaders, each.leaders);
        if (plan.leaders > 0 && each.leaders == 0) continue;
        hosts_leader = true;
        lost_pods = std::min(lost_pods, pods - led_pods);
        lost_slices = std::min(lost_slices, each.slices - each.led_slices);
    }
    if (hosts_leader) {
        sum.led_pods = sum.pods - lost_pods;
        sum.led_slices = sum.slices - lost_slices;
    }
    return sum;
}

/// What each domain holds, [levels][domains], from what each leaf has free.
[[nodiscard]] inline std::vector<kueue_counts> kueue_count_all(const kueue_tree& tree,
                                                               const std::vector<kueue_amounts>& free,
                                                               const kueue_pod_set& set, const kueue_plan& plan) {
    std::vector<kueue_counts> counts(static_cast<std::size_t>(tree.levels()));
    for (kueue_amounts left : free) {
        kueue_count leaf{.pods = set.pod.times_in(left)};
        if (set.leader && set.leader->times_in(left) > 0) {
            leaf.leaders = 1;
            left.add(*set.leader, -1);
        }
        leaf.led_pods = set.pod.times_in(left);
        if (plan.slice_level == tree.levels() - 1) kueue_cut(leaf, plan);
        counts.back().push_back(leaf);
    }
    for (int level = tree.levels() - 2; level >= 0; --level) {
        const auto row = static_cast<std::size_t>(level);
        for (const kueue_tree::domain& each : tree.level(level)) {
            kueue_count sum = kueue_sum(counts[row + 1], each.first, each.last, plan, plan.inner[row + 1]);
            if (level == plan.slice_level) kueue_cut(sum, plan);
            counts[row].push_back(sum);
        }
    }
    return counts;
}

} // namespace gpupack::dialect::detail
