// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/detail/what_if_bytes.hpp>
#include <gpupack/gpu/detail/what_if_replay.hpp>
#include <gpupack/gpu/detail/what_if_workspace.hpp>
#include <gpupack/replay/what_if_result.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Scenarios, dealt out to blocks that each have a workspace; without trees where scores are bytes.
template <class Key, class Scorer, bool ByBytes> struct what_if_job {
    what_if_view<Scorer> world;
    workspace_layout<Key> layout;
    unsigned char* memory;          ///< [blocks, layout.bytes()]
    const flat_scenario* scenarios; ///< [count]
    const std::uint32_t* removed;
    replay::what_if_result* results; ///< [count]
    std::uint32_t count;
    std::uint32_t blocks;

    template <class Team> GPUPACK_HD void operator()(const Team& team, std::uint32_t block) const {
        const what_if_workspace<Key> workspace = layout.place_at(memory + layout.bytes() * block);
        for (std::uint32_t s = block; s < count; s += blocks) {
            if constexpr (ByBytes)
                replay_by_bytes(team, world, workspace, scenarios[s], removed, results[s]);
            else
                replay_scenario(team, world, workspace, scenarios[s], removed, results[s], nullptr);
        }
    }
};

} // namespace gpupack::gpu::detail
