// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// A bound on how many members fit a node, by what is free of its CPU, memory, GPUs and compute.
///
/// @param node     as it is now
/// @param request  of each member
/// @param most     is returned where the node sets no lower bound
/// @return         0 where not even one fits
[[nodiscard]] inline std::int64_t most_members(const node_view& node, const request& request,
                                               std::int64_t most) noexcept {
    if (!fit::fits(node, request)) return 0;
    const auto limit = [&](std::int64_t free, std::int64_t each) {
        if (each > 0) most = std::min(most, free / each);
    };
    limit(node.cpu_free().count(), request.cpu.count());
    limit(node.memory_free().count(), request.memory.count());
    if (request.gpus > 0 && request.share.way() == sharing::exclusive) limit(node.idle_gpus(), request.gpus);
    if (request.share.way() == sharing::slices) limit(node.compute_free().count(), request.total_compute().count());
    return most;
}

/// Whether these nodes might hold the gang if they were empty. A no is proven; members of different parts are counted apart,
/// so a yes may be wrong.
[[nodiscard]] inline bool might_fit_empty(const gang_board& board, node_range nodes) {
    const cluster& cluster = board.cluster();
    std::int64_t gpus_left = 0;
    for (const node_id node : nodes) gpus_left += cluster[node].gpu_count();
    for (std::size_t part = 0; part < board.gang().parts.size(); ++part) {
        const request& request = board.request(part);
        std::int64_t members = board.gang().parts[part].count;
        if (request.share.way() == sharing::exclusive) gpus_left -= members * request.gpus;
        const std::int64_t most = std::min<std::int64_t>(members, board.gang().most_per_node);
        std::vector<std::int64_t> by_type(cluster.types().size(), -1);
        for (const node_id node : nodes) {
            const node_type& type = cluster[node].type();
            std::int64_t& fitting = by_type[static_cast<std::size_t>(&type - cluster.types().data())];
            if (fitting < 0 || !request.ids.is_any()) // by id, nodes of one type differ
                fitting = most_members(fit::idle_node{type, node}.view(), request, most);
            members -= fitting;
        }
        if (members > 0) return false;
    }
    return gpus_left >= 0;
}

} // namespace gpupack::plan::detail
