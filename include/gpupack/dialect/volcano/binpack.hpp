// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/allocation.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Prefers the node whose asked-for resources are most used once the request is placed.
///
/// Rounding: each quotient down at 10^-9, then the whole down at 10^-6.
/// Score: 100 weight sum(w_r used_r / capacity_r) / sum(w_r) over the resources asked for, in millionths of a
/// point; 0 where one would be over-used; a resource that the node lacks adds nothing but its weight.
/// Source: the binpack plugin of Volcano (docs/sources.md#volcano).
struct volcano_binpack {
    policy::resource_weights weights{}; ///< How much each resource counts.
    policy::score weight = 1;           ///< How much the plugin counts beside others.

    /// One point of Volcano's score.
    static constexpr policy::score point = 1'000'000;

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        constexpr policy::score billion = 1'000'000'000;
        policy::score sum = 0;
        policy::score all_weights = 0;
        bool over_used = false;
        policy::for_each_resource<policy::gpu_amount::compute>(
            node, request, weights, [&](const policy::resource_use& use) {
                if (!use.request || use.weight == 0) return;
                all_weights += use.weight;
                if (use.capacity.number() == 0) return;
                over_used = over_used || use.used > use.capacity.number();
                if (!over_used) sum += use.weight * use.capacity.quotient(use.used * billion);
            });
        if (over_used || all_weights == 0) return 0;
        return weight * sum / all_weights / 10; // 100 points of 10^6 out of 10^9
    }
    friend bool operator==(const volcano_binpack&, const volcano_binpack&) = default;
};

static_assert(policy::scorer<volcano_binpack>);

} // namespace gpupack::dialect
