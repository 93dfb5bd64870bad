// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Whether the request would fit some node of the cluster if nothing were placed.
///
/// Cost: a test for each node type, or for each node where GPUs are asked for by id.
[[nodiscard]] inline bool fits_empty(const cluster& cluster, const request& request) noexcept {
    if (request.ids.is_any()) {
        for (std::size_t t = 0; t < cluster.types().size(); ++t)
            if (cluster.free_of_type(t).nodes > 0 && fits(idle_node{cluster.types()[t]}.view(), request)) return true;
        return false;
    }
    for (std::uint32_t i = 0; i < cluster.size(); ++i) // by id, nodes of one type differ
        if (fits(idle_node{cluster.node_at(i).type(), cluster.id_at(i)}.view(), request)) return true;
    return false;
}

} // namespace gpupack::fit
