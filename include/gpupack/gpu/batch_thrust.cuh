// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/gpu/batch.hpp>
#include <gpupack/gpu/thrust_space.cuh>

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include <cstdint>

static_assert(THRUST_DEVICE_SYSTEM != THRUST_DEVICE_SYSTEM_CUDA,
              "a back end of Thrust for the host; see batch.cuh");

namespace gpupack::inline GPUPACK_ABI::gpu {

// With this header, batches and what-if replays run in a thrust_space: on OMP by threads that really run at once.

namespace detail {

/// The threads of Thrust's back end as a team (see host_team).
struct thrust_team {
    template <class Body> void for_each(std::uint64_t count, const Body& body) const {
        thrust::for_each_n(thrust::device, thrust::counting_iterator<std::uint64_t>{0}, count,
                           [&body](std::uint64_t i) { body(i); });
    }
    template <class Body> void once(Body&& body) const { body(); }
};

} // namespace detail

/// Has the threads do a job: job(team).
template <class Job> void run_in_block(thrust_space&, const Job& job) {
    job(detail::thrust_team{});
}

/// Has the threads do a job: job(team).
template <class Job> void run_in_grid(thrust_space&, const Job& job) {
    job(detail::thrust_team{});
}

/// Has the threads do the blocks' jobs one after the other: job(team, block).
template <class Job> void run_in_blocks(thrust_space&, std::uint32_t blocks, const Job& job) {
    for (std::uint32_t block = 0; block < blocks; ++block) job(detail::thrust_team{}, block);
}

} // namespace gpupack::gpu
