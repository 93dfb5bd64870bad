// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/allocation.hpp>
#include <gpupack/policy/allocation_on_type.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

namespace detail {

/// The weighted mean over resources of points * part / capacity, where part is what is used or what is free; each
/// quotient and the mean rounded down. GPUs count only for a request for GPUs, a resource only where the node has
/// any.
[[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr score mean_allocation(const node_view& node, const request& request,
                                                                      const resource_weights& weights, score points,
                                                                      bool of_used) noexcept {
    score sum = 0;
    score weight = 0;
    const bool gpus_count = request.gpus > 0;
    for_each_resource(node, request, {weights.cpu, weights.memory, gpus_count ? weights.gpu : 0},
                      [&](const resource_use& use) {
                          if (use.capacity.number() == 0) return;
                          const score part = of_used ? use.used : use.capacity.number() - use.used;
                          sum += use.weight * use.capacity.quotient(part * points);
                          weight += use.weight;
                      });
    return weight == 0 ? 0 : sum / weight;
}

} // namespace detail

/// Prefers the node that is most allocated once the request is placed.
///
/// - Source: kube-scheduler's MostAllocated (docs/sources.md#kube-scheduler).
struct binpack {
    resource_weights weights{}; ///< Of CPU, memory and GPUs, of each its compute or its memory, whichever is used more.
    score points = 100;         ///< The full score; 100 rounds as Kubernetes does, more tells finer differences apart.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request& request) const noexcept {
        return detail::mean_allocation(node, request, weights, points, true);
    }
    /// Whether on_type() gives the same scores on nodes of that type.
    [[nodiscard]] constexpr bool is_exact_on(const node_type& type) const noexcept {
        return allocation_on_type<true>::is_exact(type, weights, points);
    }
    /// The same for the nodes of one type: see scores_by_sums.
    [[nodiscard]] GPUPACK_HD constexpr auto on_type(const node_type& type, const request& request) const noexcept {
        return allocation_on_type<true>::of(type, request, weights, points);
    }
    friend bool operator==(const binpack&, const binpack&) = default;
};

/// Prefers the node that is least allocated once the request is placed.
///
/// - Source: kube-scheduler's LeastAllocated (docs/sources.md#kube-scheduler).
struct spread {
    resource_weights weights{}; ///< As for binpack.
    score points = 100;         ///< As for binpack.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node, const request& request) const noexcept {
        return detail::mean_allocation(node, request, weights, points, false);
    }
    /// Whether on_type() gives the same scores on nodes of that type.
    [[nodiscard]] constexpr bool is_exact_on(const node_type& type) const noexcept {
        return allocation_on_type<false>::is_exact(type, weights, points);
    }
    /// The same for the nodes of one type: see scores_by_sums.
    [[nodiscard]] GPUPACK_HD constexpr auto on_type(const node_type& type, const request& request) const noexcept {
        return allocation_on_type<false>::of(type, request, weights, points);
    }
    friend bool operator==(const spread&, const spread&) = default;
};

} // namespace gpupack::policy
