// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// A request shape with the scorer that is prepared for it: what a kernel ranks nodes by.
template <class Scorer> struct prepared_request {
    gpupack::request request; ///< The request.
    Scorer scorer; ///< The scorer prepared for it.
};

/// Whether a policy's scores may be computed in a kernel: its scorer is flat, and does not call what only the host has.
template <class Policy> inline constexpr bool runs_on_device =
    std::is_trivially_copyable_v<policy::scorer_of<Policy>> && !policy::policy_traits<Policy>::properties.host_only;

/// The scorer's keys, in a kernel as on the host.
template <class Policy> using key_under = search::key_of<policy::scorer_of<Policy>>;

/// Prepares the policy for each request, and moves the tables of its scorers.
///
/// first    the ordinal of the first of the decisions; random policies draw by it
///
/// Cost: on the host: nothing but a few look-ups, except for policies that prepare by a pass over the cluster.
///
/// @return [requests] for the kernel's side
template <policy::policy Policy, class Mover>
[[nodiscard]] expected<std::vector<prepared_request<policy::scorer_of<Policy>>>, gpu_error>
prepare_requests(const cluster& cluster, const Policy& policy, const std::vector<request>& requests, Mover& uploader,
               std::uint64_t ordinal = 0) {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");
    std::vector<prepared_request<policy::scorer_of<Policy>>> shapes;
    shapes.reserve(requests.size());
    for (const request& request : requests) {
        const auto scorer = uploader.moved(policy::prepare(policy, policy::decision{cluster, request, ordinal++}));
        if (!scorer) return unexpected<gpu_error>{scorer.error()};
        shapes.push_back({request, *scorer});
    }
    return shapes;
}

namespace detail {

/// The bytes that a table takes beside others: each starts at a multiple of 16.
[[nodiscard]] GPUPACK_HD constexpr std::size_t table_room(std::size_t bytes) noexcept {
    return (bytes + 15) / 16 * 16;
}

/// The bytes that the tables of a scorer take.
template <class Scorer> [[nodiscard]] std::size_t table_bytes(Scorer scorer) {
    std::size_t bytes = 0;
    policy::policy_traits<Scorer>::for_each_table(
        scorer, [&](auto& pointer, std::size_t count) { bytes += table_room(count * sizeof(*pointer)); });
    return bytes;
}

} // namespace detail

} // namespace gpupack::gpu
