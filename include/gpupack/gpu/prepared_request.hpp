// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/table_block.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// A request with the scorer that is prepared for it: what a kernel ranks nodes by.
template <class Scorer> struct prepared_request {
    gpupack::request request; ///< The request.
    Scorer scorer;            ///< The scorer prepared for it.

    /// The tables of the scorer.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        policy::policy_traits<Scorer>::for_each_table(scorer, visit);
    }
};

/// Whether a policy's scores may be computed in a kernel: its scorer is flat, and does not call what only the host has.
template <class Policy> inline constexpr bool runs_on_device =
    std::is_trivially_copyable_v<policy::scorer_of<Policy>> && !policy::policy_traits<Policy>::properties.host_only;

/// The scorer's keys, in a kernel as on the host.
template <class Policy> using key_under = search::key_of<policy::scorer_of<Policy>>;

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

/// Prepared requests in the memory of a space.
template <class Space, class Scorer> struct uploaded_requests {
    typename Space::template array<prepared_request<Scorer>> entries; ///< [count]
    uploaded_tables<Space> tables;                                    ///< What they point to.
    std::uint32_t count = 0;                                          ///< Requests.
    std::size_t table_bytes = 0;                                      ///< Of the tables of one scorer, at most.
};

/// Brings the cluster up to date, prepares the policy for each request, and copies the requests to where bodies read them.
///
/// @param resident  the cluster on the GPU
/// @param cluster   the cluster that it was made from
/// @param policy    prepared for each request
/// @param requests  valid
/// @param ordinal   the number of the first of the decisions; random policies draw by it
template <class Space, policy::policy Policy>
[[nodiscard]] auto upload_requests(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
                                   const std::vector<request>& requests, std::uint64_t ordinal = 0)
    -> expected<uploaded_requests<Space, policy::scorer_of<Policy>>, gpu_error> {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");
    using entry = prepared_request<policy::scorer_of<Policy>>;
    Space& space = resident.in();
    uploaded_requests<Space, policy::scorer_of<Policy>> uploaded{{}, uploaded_tables<Space>{space}};
    std::vector<entry> prepared;
    prepared.reserve(requests.size());
    table_block block;
    for (std::uint64_t i = 0; i < requests.size(); ++i) {
        const entry each{requests[i], policy::prepare(policy, policy::decision{cluster, requests[i], ordinal + i})};
        uploaded.table_bytes = std::max(uploaded.table_bytes, detail::table_bytes(each.scorer));
        prepared.push_back(block.pack(each));
    }
    const unsigned char* const address = uploaded.tables.update(block);
    for (entry& each : prepared) each = table_block::placed(each, address);
    resident.move_types(cluster);
    resident.update(cluster);
    uploaded.entries = space.template allocate<entry>(prepared.size());
    uploaded.count = static_cast<std::uint32_t>(prepared.size());
    space.write(uploaded.entries, prepared.data(), prepared.size());
    if (auto problem = space.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    return uploaded;
}

} // namespace gpupack::gpu
