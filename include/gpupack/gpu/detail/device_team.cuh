// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cooperative_groups.h>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The threads of one block as a team (see the concept `team`). A barrier costs some tens of nanoseconds.
struct block_team {
    template <class Body> GPUPACK_HD void for_each(std::uint64_t count, Body&& body) const {
#if GPUPACK_ON_DEVICE
        for (std::uint64_t i = threadIdx.x; i < count; i += blockDim.x) body(i);
        __syncthreads();
#else
        (void)count, (void)body;
#endif
    }
    template <class Body> GPUPACK_HD void once(Body&& body) const {
#if GPUPACK_ON_DEVICE
        if (threadIdx.x == 0) body();
        __syncthreads();
#else
        (void)body;
#endif
    }
};

/// The threads of a whole grid, launched cooperatively, as a team. A barrier costs one to two microseconds.
struct grid_team {
    template <class Body> GPUPACK_HD void for_each(std::uint64_t count, Body&& body) const {
#if GPUPACK_ON_DEVICE
        const std::uint64_t stride = std::uint64_t{gridDim.x} * blockDim.x;
        for (std::uint64_t i = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += stride)
            body(i);
        cooperative_groups::this_grid().sync();
#else
        (void)count, (void)body;
#endif
    }
    template <class Body> GPUPACK_HD void once(Body&& body) const {
#if GPUPACK_ON_DEVICE
        if (blockIdx.x == 0 && threadIdx.x == 0) body();
        cooperative_groups::this_grid().sync();
#else
        (void)body;
#endif
    }
};

} // namespace gpupack::gpu::detail
