// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// An order in which the requests of a batch are placed. Requests that an order does not tell apart stay as given.
enum class batch_order : std::uint8_t {
    as_given, ///< Nothing is moved.
    largest,  ///< Most GPU compute first, then most CPU: first fit decreasing.
    /// Least CPU for its GPU compute first, each as a part of what the cluster has; all that need less CPU than GPU
    /// compute count alike. Then most GPU compute first. It leaves no GPU without CPU beside it.
    densest,
    dominant, ///< Largest dominant share first: of CPU, memory and GPU compute the largest part of what the cluster has.
    smallest  ///< Smallest dominant share first: places the most tasks, and the least compute.
};

/// All orders, as_given first.
inline constexpr std::array batch_orders{batch_order::as_given, batch_order::largest, batch_order::densest,
                                         batch_order::dominant, batch_order::smallest};

/// "as given", "largest first" ...
[[nodiscard]] constexpr std::string_view name_of(batch_order order) noexcept {
    switch (order) {
    case batch_order::largest: return "largest first";
    case batch_order::densest: return "densest first";
    case batch_order::dominant: return "largest dominant share first";
    case batch_order::smallest: return "smallest dominant share first";
    default: return "as given";
    }
}

namespace detail {

/// What requests ask for as parts of what a cluster has, in units of 2^-30. Whole numbers, so that an order is the same
/// everywhere.
class cluster_shares {
  public:
    explicit cluster_shares(const cluster& cluster) : compute_{cluster.compute().count()} {
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            cpu_ += cluster.node_at(n).cpu().count();
            memory_ += cluster.node_at(n).memory().count();
        }
    }

    /// The largest of the request's parts of CPU, memory and GPU compute.
    [[nodiscard]] std::int64_t dominant(const request& request) const noexcept {
        return std::max({part(request.cpu.count(), cpu_), part(request.memory.count(), memory_),
                         part(request.total_compute().count(), compute_)});
    }
    /// CPU over GPU compute, in units of 2^-10, at least 1; the highest number for requests without GPUs.
    [[nodiscard]] std::int64_t cpu_for_compute(const request& request) const noexcept {
        const std::int64_t compute = part(request.total_compute().count(), compute_);
        if (compute == 0) return std::numeric_limits<std::int64_t>::max();
        return std::max<std::int64_t>(part(request.cpu.count(), cpu_) * 1024 / compute, 1024);
    }

  private:
    [[nodiscard]] static std::int64_t part(std::int64_t amount, std::int64_t whole) noexcept {
        return whole == 0 ? 0 : amount * (std::int64_t{1} << 30) / whole;
    }

    std::int64_t cpu_ = 0;
    std::int64_t memory_ = 0;
    std::int64_t compute_ = 0;
};

/// What an order sorts a request by, lower first.
[[nodiscard]] inline std::array<std::int64_t, 2> sort_key(batch_order order, const cluster_shares& shares,
                                                          const request& request) noexcept {
    const std::int64_t compute = request.total_compute().count();
    switch (order) {
    case batch_order::largest: return {-compute, -request.cpu.count()};
    case batch_order::densest: return {shares.cpu_for_compute(request), -compute};
    case batch_order::dominant: return {-shares.dominant(request), 0};
    case batch_order::smallest: return {shares.dominant(request), 0};
    default: return {0, 0};
    }
}

} // namespace detail

/// The indices of requests in an order. Cost: n log n.
[[nodiscard]] inline std::vector<std::uint32_t> indices_in(batch_order order, const cluster& cluster,
                                                           const std::vector<request>& requests) {
    const detail::cluster_shares shares{cluster};
    std::vector<std::tuple<std::array<std::int64_t, 2>, std::uint32_t>> keys;
    keys.reserve(requests.size());
    for (std::uint32_t i = 0; i < requests.size(); ++i)
        keys.emplace_back(detail::sort_key(order, shares, requests[i]), i);
    std::sort(keys.begin(), keys.end());
    std::vector<std::uint32_t> indices;
    indices.reserve(keys.size());
    for (const auto& [key, index] : keys) indices.push_back(index);
    return indices;
}

} // namespace gpupack::plan
