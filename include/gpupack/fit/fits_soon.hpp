// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/soon_free.hpp>

#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::fit {

/// The lowest node that will take the request once all that was told to leave has left: what a request can wait for
/// instead of being refused or sent elsewhere.
///
/// Cost: a look at each node, and at each placement of those that something is about to leave.
///
/// @param cluster  the cluster
/// @param request  a valid request
/// @return         the node; nothing where waiting for those that leave does not help
[[nodiscard]] inline std::optional<node_id> fits_soon(const cluster& cluster, const request& request) {
    if (cluster.leaving_placements() == 0) return std::nullopt;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_id node = cluster.id_at(n);
        if (!cluster.contains(node) || cluster.leaving_on(node) == 0) continue;
        if (const soon_free later{cluster, node}; fits(later.view(), request)) return node;
    }
    return std::nullopt;
}

} // namespace gpupack::fit
