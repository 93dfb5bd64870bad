// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Whether the request would fit some node of the cluster if nothing were placed.
///
/// Cost: a test for each node type, or for each node where GPUs are asked for by id.
[[nodiscard]] inline bool fits_empty(const cluster& cluster, const request& request) noexcept {
    if (request.ids.is_any()) {
        for (const node_type& type : cluster.types())
            if (fits(idle_node{type}.view(), request)) return true;
        return false;
    }
    for (std::uint32_t i = 0; i < cluster.size(); ++i) // by id, nodes of one type differ
        if (fits(idle_node{cluster[node_id{i}].type(), node_id{i}}.view(), request)) return true;
    return false;
}

} // namespace gpupack::fit
