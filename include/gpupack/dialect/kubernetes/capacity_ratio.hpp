// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/allocation.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// A point of the shape of RequestedToCapacityRatio.
struct ratio_point {
    int utilization = 0; ///< Percent in use, 0 to 100.
    int score = 0;       ///< 0 to 10.

    friend bool operator==(const ratio_point&, const ratio_point&) = default;
};

/// Prefers nodes by how much of each resource is in use once the request is placed, on a curve of straight lines.
///
/// Score: the weighted mean over CPU, memory and, for a request for GPUs, GPUs, of 10 times the curve's score; a resource
/// with score 0 is left out of the mean. Beyond the ends the curve is level.
/// Rounding: each utilization down to a whole percent, each part of the curve towards 0, the mean to the nearest, halves away
/// from 0.
/// Source: kube-scheduler's RequestedToCapacityRatio (docs/sources.md#kube-scheduler).
struct kubernetes_capacity_ratio {
    static constexpr int most_points = 8; ///< Of the curve.

    policy::resource_weights weights{};                    ///< How much each resource counts.
    ratio_point points[most_points] = {{0, 0}, {100, 10}}; ///< By rising utilization.
    int count = 2;                                         ///< Points that count.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        policy::score sum = 0;
        policy::score total = 0;
        const policy::resource_weights counted{weights.cpu, weights.memory, request.gpus > 0 ? weights.gpu : 0};
        policy::for_each_resource(node, request, counted, [&](const policy::resource_use& use) {
            const auto capacity = static_cast<policy::score>(use.capacity.number());
            if (capacity == 0 || use.weight == 0) return;
            const policy::score value = value_at(use.used > capacity ? 100 : use.used * 100 / capacity);
            if (value <= 0) return;
            sum += value * use.weight;
            total += use.weight;
        });
        return total == 0 ? 0 : (2 * sum + total) / (2 * total);
    }
    friend bool operator==(const kubernetes_capacity_ratio&, const kubernetes_capacity_ratio&) = default;

  private:
    /// The curve at a utilization, 0 to 100.
    [[nodiscard]] GPUPACK_HD constexpr policy::score value_at(policy::score utilization) const noexcept {
        for (int k = 0; k < count; ++k) {
            if (utilization > points[k].utilization) continue;
            const policy::score here = 10 * policy::score{points[k].score};
            if (k == 0) return here;
            const policy::score before = 10 * policy::score{points[k - 1].score};
            return before + (here - before) * (utilization - points[k - 1].utilization) /
                                (points[k].utilization - points[k - 1].utilization);
        }
        return count == 0 ? 0 : 10 * policy::score{points[count - 1].score};
    }
};

static_assert(policy::scorer<kubernetes_capacity_ratio>);

} // namespace gpupack::dialect
