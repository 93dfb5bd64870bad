// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/gpu/batch.hpp>
#include <gpupack/gpu/detail/batch_team.cuh>
#include <gpupack/gpu/device_space.cuh>

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu {

// With this header, place_batch, place_unordered, what_if and search_orders take a device_space, or a cluster that is
// resident in one.

namespace detail {

/// Threads of a block that walks alone. A rank under fgd takes about a hundred registers, of which a block has 64 Ki.
inline constexpr unsigned walk_threads = 512;
/// Threads of a block that is one of many.
inline constexpr unsigned shared_threads = 128;

/// One block's work.
template <class Job> __global__ void __launch_bounds__(walk_threads) block_kernel(const __grid_constant__ Job job) {
    job(block_team{});
}

/// The work of all blocks together; launched cooperatively.
template <class Job> __global__ void __launch_bounds__(shared_threads)
    grid_kernel(const __grid_constant__ Job job) {
    job(grid_team{});
}

/// The work of many blocks, each on its own; four of them, at least, run on a multiprocessor at once.
template <class Job> __global__ void __launch_bounds__(shared_threads, 4)
    blocks_kernel(const __grid_constant__ Job job) {
    job(block_team{}, blockIdx.x);
}

} // namespace detail

/// Has one block of the GPU do a job: job(team).
template <class Job> void run_in_block(device_space& in, const Job& job) {
    if (in.has_problem()) return;
    detail::block_kernel<<<1, detail::walk_threads, 0, in.stream()>>>(job);
    in.check(cudaGetLastError(), "launching a block");
}

/// Has as many blocks as run at once on the GPU do a job together: job(team).
template <class Job> void run_in_grid(device_space& in, const Job& job) {
    if (in.has_problem()) return;
    int each = 0;
    in.check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&each, detail::grid_kernel<Job>,
                                                           static_cast<int>(detail::shared_threads), 0),
             "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
    // More blocks make the barriers dearer than they make the work cheaper.
    const int blocks = std::min(each, 4) * in.device().multiprocessors;
    Job copy = job;
    void* arguments[] = {&copy};
    if (in.has_problem()) return;
    in.check(cudaLaunchCooperativeKernel(reinterpret_cast<const void*>(&detail::grid_kernel<Job>),
                                         dim3(static_cast<unsigned>(blocks)), dim3(detail::shared_threads),
                                         arguments, 0, in.stream()),
             "cudaLaunchCooperativeKernel");
}

/// Has blocks of the GPU do a job each: job(team, block).
template <class Job> void run_in_blocks(device_space& in, std::uint32_t blocks, const Job& job) {
    if (in.has_problem() || blocks == 0) return;
    detail::blocks_kernel<<<blocks, detail::shared_threads, 0, in.stream()>>>(job);
    in.check(cudaGetLastError(), "launching blocks");
}

} // namespace gpupack::gpu
