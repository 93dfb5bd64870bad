// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/space.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Prepared requests in the memory of a space.
template <class Space, class Scorer> struct uploaded_requests {
    typename Space::template array<prepared_request<Scorer>> entries; ///< [count]
    std::uint32_t count = 0;                                          ///< Requests.
    std::size_t table_bytes = 0;                                      ///< Of the tables of one scorer, at most.
};

/// Brings the cluster up to date, prepares the policy for each request, and copies the requests to where bodies read them.
///
/// @param resident  the cluster on the GPU
/// @param cluster   the cluster that it was made from
/// @param policy    prepared for each request
/// @param requests  valid
template <space Space, policy::policy Policy> [[nodiscard]] auto
upload_requests(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
                const std::vector<request>& requests)
    -> expected<uploaded_requests<Space, policy::scorer_of<Policy>>, gpu_error> {
    using scorer = policy::scorer_of<Policy>;
    const auto prepared = prepare_requests(cluster, policy, requests, resident.tables());
    if (!prepared) return unexpected<gpu_error>{prepared.error()};
    resident.move_kinds(cluster);
    resident.update(cluster);
    uploaded_requests<Space, scorer> uploaded;
    uploaded.entries = resident.in().template allocate<prepared_request<scorer>>(prepared->size());
    uploaded.count = static_cast<std::uint32_t>(prepared->size());
    for (const auto& each : *prepared)
        uploaded.table_bytes = std::max(uploaded.table_bytes, detail::table_bytes(each.scorer));
    resident.in().write(uploaded.entries, prepared->data(), prepared->size());
    return uploaded;
}

} // namespace gpupack::gpu
