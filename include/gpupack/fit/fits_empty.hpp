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

/// Whether the request would fit some node of the cluster if nothing were placed. What is closed counts for nothing: a
/// node that was closed for good does not come back because somebody waits for it.
///
/// Cost: a look at each node until one would do, and a test where its type is not that of the node before; a test for each
/// node where GPUs are closed or asked for by id.
[[nodiscard]] inline bool fits_empty(const cluster& cluster, const request& request) noexcept {
    const node_type* unfit = nullptr; // the type of the last node that would not do
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        const node_view node = cluster.node_at(i);
        if (node.closed()) continue;
        bool all_open = request.ids.is_any(); // by id, nodes of one type differ
        for (int g = 0; g < node.gpu_count() && all_open; ++g) all_open = !node.gpu(g).closed;
        if (all_open && &node.type() == unfit) continue;
        if (fits(idle_node{node}.view(), request)) return true;
        if (all_open) unfit = &node.type();
    }
    return false;
}

} // namespace gpupack::fit
