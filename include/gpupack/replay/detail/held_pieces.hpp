// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/split.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// What each GPU gives to a live placement of a split slice; zeros for anything else.
///
/// @param cluster  where it is placed
/// @param placed   the placement
/// @param request  what it was placed for
[[nodiscard]] inline split_memory held_pieces(const cluster& cluster, const placement& placed, const request& request) {
    split_memory pieces;
    if (request.share.is_split())
        for (int i = 0; i < placed.gpus.size(); ++i)
            pieces.memory[i] = static_cast<std::int32_t>(cluster.memory_on(placed, i).count());
    return pieces;
}

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
