// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/state/ranked.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/prepared_request.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// All that one decision sends to the GPU, in one copy: what is asked, and the nodes that changed since the last one.
///
/// table_bytes  of the scorer's tables, to be copied into shared memory; 0: read where they are
/// updates      [update_count]  their GPUs one after the other in gpus
template <class Scorer> struct decision_message {
    static constexpr std::uint32_t most_updates = 16;
    static constexpr std::uint32_t most_gpus = 128;

    prepared_request<Scorer> of;
    std::uint32_t table_bytes = 0;
    std::uint32_t update_count = 0;
    node_update updates[most_updates];
    gpu_state gpus[most_gpus];
};

/// Writes the nodes that changed to where they belong; one block.
template <class Scorer> GPUPACK_KERNEL apply_message(writable_cluster_view cluster, const decision_message<Scorer>* message) {
    if (threadIdx.x < message->update_count) apply_updates{cluster, message->updates, message->gpus}(threadIdx.x);
}

/// One decision: as rank_kernel for one shape; the last block then takes the GPUs on the best node.
///
/// partial  [blocks]
/// done     0 before and after
/// answer   in host memory
template <class Scorer> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(rank_threads)
    decide_kernel(cluster_view cluster, const decision_message<Scorer>* message, ranked_node<search::key_of<Scorer>>* partial,
                  std::uint32_t* done, ranked_selection<search::key_of<Scorer>>* answer) {
    static_assert(can_be_staged<Scorer>, "the scorer is too large for shared memory; let it point to a table");
    extern GPUPACK_SHARED __align__(16) unsigned char tables[];
    GPUPACK_SHARED alignas(16) unsigned char room[sizeof(prepared_request<Scorer>)];
    auto& request = *reinterpret_cast<prepared_request<Scorer>*>(room);
    stage_shape(request, message->of, tables, message->table_bytes);
    const auto found = best_of(cluster, request, blockIdx.x * blockDim.x + threadIdx.x, gridDim.x * blockDim.x);
    if (!leave_for_last(partial, done, best_of_block(found))) return;
    const auto best = best_of_grid(partial);
    if (threadIdx.x != 0) return;
    *done = 0;
    *answer = choose_on(cluster, request, best);
}

} // namespace gpupack::gpu::detail
