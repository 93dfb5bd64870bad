// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/columns_letter.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/gpu/resident_cluster.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// One decision where sums decide (rank_columns.hpp). Each block ranks the nodes that did not change, and writes the best
/// into host memory; no block waits for another. The first one then writes the nodes that changed to where they belong.
///
/// Each thread has its first four nodes under way while the rows come into shared memory: on up to 135,000 nodes or so it
/// has no others.
///
/// answers  [blocks]  in host memory
template <bool Slices, class OnType> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(rank_threads, 4)
    decide_columns_kernel(writable_cluster_view cluster, const GPUPACK_GRID_CONSTANT columns_letter<OnType> letter,
                          block_answer* answers) {
    static_assert(sizeof(letter) <= 16 * 1024, "the rows are too large for a parameter");
    GPUPACK_SHARED alignas(16) unsigned char room[sizeof(letter.rows)];
    const auto* const rows = reinterpret_cast<const type_row<OnType>*>(room);
    const cluster_view view = cluster.view();
    const std::uint32_t first = blockIdx.x * blockDim.x + threadIdx.x;
    const std::uint32_t step = gridDim.x * blockDim.x;
    const auto ahead = sums_of_four<Slices>::of(view, first);
    for (std::size_t i = threadIdx.x; i < view.type_count * sizeof(*rows) / sizeof(int4); i += blockDim.x)
        reinterpret_cast<int4*>(room)[i] = reinterpret_cast<const int4*>(letter.rows)[i];
    __syncthreads();
    const std::uint64_t best = best_number_of_block(
        best_of_groups(view, rows, first, step, ahead, [&](std::uint32_t group) { return letter.changed_in(group); }));
    if (threadIdx.x == 0) answers[blockIdx.x].set(best, letter.serial);
    if (blockIdx.x == 0 && threadIdx.x < letter.update_count)
        apply_updates{cluster, letter.updates, letter.gpus}(threadIdx.x);
}

} // namespace gpupack::gpu::detail
