// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/diagnose.hpp>
#include <gpupack/fit/fits_empty.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Counts why each node refuses the request, which must fit none of them, and finds the nearest miss.
///
/// Cost: a pass over the cluster; no allocation.
[[nodiscard]] inline no_fit explain_no_fit(const cluster& cluster, const request& request) noexcept {
    no_fit why;
    why.nodes = cluster.node_count();
    why.ever = fits_empty(cluster, request);
    std::int64_t least = 0;
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        if (!cluster.contains(cluster.id_at(i))) continue;
        const diagnosis node = diagnose(cluster.node_at(i), request);
        ++why.failed[static_cast<int>(node.why)];
        if (!node.could_serve) continue;
        const std::int64_t far = distance(node.lack, request);
        if (why.has_nearest && far >= least) continue;
        why.has_nearest = true;
        why.nearest = node.lack;
        least = far;
    }
    return why;
}

} // namespace gpupack::fit
