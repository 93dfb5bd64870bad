// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/replay/detail/gang_room.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Looks which classes of waiting tasks something may have helped that has left, and lets them be tried again.
///
/// A request that fits no node from which something has left fits nowhere, if it fitted nowhere before.
/// Cost: a test of each node for each class.
/// @param classes  those that were refused
/// @param cluster  as it is now
/// @param freed    nodes from which something has left, in any order; emptied
inline void note_helped(std::vector<waiting_class>& classes, const cluster& cluster,
                        std::vector<std::uint32_t>& freed) {
    if (freed.empty()) return;
    std::sort(freed.begin(), freed.end());
    freed.erase(std::unique(freed.begin(), freed.end()), freed.end());
    for (waiting_class& each : classes) {
        if (each.line.size() == 0) {
            each.refused_from = estimate_line::never;
            continue;
        }
        if (each.refused_from == estimate_line::never) continue;
        const bool helps = std::any_of(freed.begin(), freed.end(), [&](std::uint32_t node) {
            return fit::fits(cluster[node_id{node}], each.request);
        });
        if (helps && (each.members <= 1 || has_room(cluster, each.request, each.members)))
            each.refused_from = estimate_line::never;
    }
    freed.clear();
}

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
