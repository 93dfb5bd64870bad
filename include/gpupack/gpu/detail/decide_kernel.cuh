// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/decision_letter.hpp>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/state/ranked.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// One decision. All blocks rank; the first one writes the nodes that changed to where they belong, the one that ends last
/// takes the GPUs on the best node, and writes the answer.
///
/// partial  [blocks]
/// done     0 before and after
/// answer   in host memory
template <class Scorer> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(rank_threads)
    decide_kernel(writable_cluster_view cluster, const GPUPACK_GRID_CONSTANT decision_letter<Scorer> letter,
                  ranked_node<search::key_of<Scorer>>* partial, std::uint64_t* done,
                  decision_answer<search::key_of<Scorer>>* answer) {
    static_assert(can_be_staged<Scorer>, "the scorer is too large for shared memory; let it point to a table");
    static_assert(sizeof(letter) <= decision_letter<Scorer>::most_bytes, "the scorer is too large for a parameter");
    extern GPUPACK_SHARED __align__(16) unsigned char tables[];
    GPUPACK_SHARED alignas(16) unsigned char room[sizeof(prepared_request<Scorer>)];
    auto& prepared = *reinterpret_cast<prepared_request<Scorer>*>(room);
    stage_shape(prepared, letter.prepared, tables, letter.table_bytes);
    const auto found =
        best_by_letter(cluster.view(), letter, prepared, blockIdx.x * blockDim.x + threadIdx.x, gridDim.x * blockDim.x);
    if (blockIdx.x == 0 && threadIdx.x < letter.update_count)
        apply_updates{cluster, letter.updates, letter.gpus}(threadIdx.x);
    if (!leave_for_last(partial, done, best_of_block(found))) return;
    const auto best = best_of_grid(partial);
    if (threadIdx.x != 0) return;
    *done = 0;
    answer->choice = choose_by_letter(cluster.view(), letter, prepared, best);
    __threadfence_system();
    *const_cast<volatile std::uint64_t*>(&answer->serial) = letter.serial;
}

} // namespace gpupack::gpu::detail
