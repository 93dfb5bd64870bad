// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/host_space.hpp>

#include <concepts>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

/// Does on the host, one index after the other, what a team of threads does at once on a device.
///
/// A team has two calls. Both end with a barrier: what was written before it, every thread sees after it.
/// for_each  body(i) for each i below count, in any order and at the same time; no body may read what another writes
/// once      body() on one thread
/// The bodies call nothing of the team, so that the same walk runs here, in a block (block_team) and in a grid
/// (grid_team).
struct host_team {
    GPUPACK_CALLS_BACK
    template <class Body> GPUPACK_HD void for_each(std::uint64_t count, Body&& body) const {
        for (std::uint64_t i = 0; i < count; ++i) body(i);
    }
    GPUPACK_CALLS_BACK
    template <class Body> GPUPACK_HD void once(Body&& body) const { body(); }
};

} // namespace detail

// Spaces of other sorts have functions of these names beside them (batch.cuh, batch_thrust.cuh).

/// Has one block do a job: job(team).
template <std::derived_from<host_space> Space, class Job> void run_in_block(Space&, const Job& job) {
    job(detail::host_team{});
}

/// Has all blocks that run at once do a job together: job(team).
template <std::derived_from<host_space> Space, class Job> void run_in_grid(Space&, const Job& job) {
    job(detail::host_team{});
}

/// Has blocks do a job each: job(team, block).
template <std::derived_from<host_space> Space, class Job>
void run_in_blocks(Space&, std::uint32_t blocks, const Job& job) {
    for (std::uint32_t block = 0; block < blocks; ++block) job(detail::host_team{}, block);
}

} // namespace gpupack::gpu
