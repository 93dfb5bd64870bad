// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/detail/device_team.cuh>
#include <gpupack/gpu/space.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Threads of a block that works alone. A rank under fgd takes about a hundred registers, of which a block has 64 Ki.
inline constexpr unsigned block_threads = 512;
/// Threads of a block that is one of many.
inline constexpr unsigned shared_block_threads = 128;

/// A body, called for each index by a thread of its own.
template <class Body> GPUPACK_KERNEL by_index(std::uint64_t count, const GPUPACK_GRID_CONSTANT Body body) {
    const std::uint64_t index = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
    if (index < count) body(static_cast<index_of<Body>>(index));
}

/// The job of one block.
template <class Job>
GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(block_threads) block_kernel(const GPUPACK_GRID_CONSTANT Job job) {
    job(block_team{});
}

/// The job of all blocks together; launched cooperatively.
template <class Job>
GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(shared_block_threads) grid_kernel(const GPUPACK_GRID_CONSTANT Job job) {
    job(grid_team{});
}

/// The jobs of many blocks, each on its own; at least four of them run on a multiprocessor at once.
template <class Job>
GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(shared_block_threads, 4) blocks_kernel(const GPUPACK_GRID_CONSTANT Job job) {
    job(block_team{}, blockIdx.x);
}

} // namespace gpupack::gpu::detail
