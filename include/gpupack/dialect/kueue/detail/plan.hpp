// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kueue/pod_set.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::detail {

/// What a pod set comes down to for a topology.
struct kueue_plan {
    std::int64_t count = 0; // pods
    int leaders = 0;        // 0 or 1
    std::int64_t size = 1;  // pods of an outer slice
    int level = 0;          // where one domain is looked for
    int slice_level = 0;    // of the outer slices
    bool required = false;
    bool anywhere = false;             // unconstrained
    bool least_free = false;           // fills what has the least left
    bool balanced = false;             // tries an even spread first
    bool layered = false;              // several layers of slices
    std::vector<std::int64_t> inner{}; // [levels] size of the inner slices whose pods share a domain there; 0: none
};

/// The plan of a pod set; nothing where it contradicts itself.
[[nodiscard]] inline std::optional<kueue_plan> kueue_plan_of(const kueue_pod_set& set, int levels,
                                                             const kueue_gates& gates) {
    const auto known = [&](int level) { return level >= 0 && level < levels; };
    kueue_plan plan{.count = set.count, .leaders = set.leader ? 1 : 0, .slice_level = levels - 1};
    plan.required = set.topology == kueue_topology::required;
    plan.anywhere = set.topology == kueue_topology::unconstrained;
    plan.least_free = plan.anywhere && gates.mixed_profile;
    plan.balanced = gates.balanced_placement && !plan.required && !plan.anywhere;
    plan.layered = !set.slices.empty();
    // Slices that may go anywhere are looked for from the widest level on, single pods on the narrowest.
    plan.level = !plan.anywhere ? set.level : plan.layered ? 0 : levels - 1;
    plan.inner.assign(static_cast<std::size_t>(levels), 0);
    if (!known(plan.level)) return std::nullopt;
    for (std::size_t layer = 0; layer < set.slices.size(); ++layer) {
        const kueue_slice& slice = set.slices[layer];
        if (!known(slice.level) || slice.size <= 0) return std::nullopt;
        if (layer == 0) {
            plan.slice_level = slice.level;
            plan.size = slice.size;
            continue;
        }
        const kueue_slice& outer = set.slices[layer - 1];
        if (slice.level <= outer.level || outer.size % slice.size != 0) return std::nullopt;
        for (int level = outer.level + 1; level <= slice.level; ++level)
            plan.inner[static_cast<std::size_t>(level)] = slice.size;
    }
    if (plan.level > plan.slice_level) return std::nullopt;
    return plan;
}

} // namespace gpupack::dialect::detail
