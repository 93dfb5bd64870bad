// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/rank_falls.hpp>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/state/ranked.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Requests that one pass over the nodes ranks for.
inline constexpr std::uint32_t falls_at_once = 64;
inline constexpr std::uint32_t fall_threads = 128;
inline constexpr std::uint32_t fall_warps = fall_threads / 32;

/// Keeps the best of what the lanes of a warp have found for a request. The lowest node is in the lowest lane.
GPUPACK_DEVICE inline void keep_best_of_warp(std::uint64_t& best, std::uint32_t score, std::uint32_t first_node) {
    constexpr unsigned all = 0xffffffffU;
    const std::uint32_t highest = __reduce_max_sync(all, score);
    if (highest == 0) return;
    const auto lane = static_cast<std::uint32_t>(__ffs(static_cast<int>(__ballot_sync(all, score == highest)))) - 1;
    if (threadIdx.x % 32 != 0) return;
    if (const std::uint64_t number = ranked_number::of(highest - 1, first_node + lane); number > best) best = number;
}

/// The best node for each request by the fall of fragmentation: one thread a node, and for all requests of row y of the grid
/// what demand classes find there is summed up once (class_sums).
///
/// prepared  [count]         all with the same tables
/// glances   [count, types]
/// partial   [count, blocks]
/// done      [rows]          0 before and after
/// best      [count]
template <class Scorer> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(fall_threads, 7)
    rank_falls_kernel(cluster_view cluster, const prepared_request<Scorer>* prepared, const type_glance* glances, std::uint32_t count,
                      std::uint64_t* partial, std::uint32_t* done, ranked_node<search::key_of<Scorer>>* best,
                      std::uint32_t table_bytes) {
    extern GPUPACK_SHARED __align__(16) unsigned char tables[];
    GPUPACK_SHARED alignas(16) unsigned char room[sizeof(prepared_request<Scorer>)];
    GPUPACK_SHARED std::int32_t sums[most_demand_classes * fall_threads];
    GPUPACK_SHARED std::uint64_t found[falls_at_once * fall_warps];
    static_assert(sizeof(room) + sizeof(sums) + sizeof(found) + most_shared_tables / 2 <= shared_memory_of_block, "what a block has");
    auto& first = *reinterpret_cast<prepared_request<Scorer>*>(room);
    stage_shape(first, prepared[0], tables, table_bytes);
    const std::uint32_t begin = blockIdx.y * falls_at_once;
    const std::uint32_t number = count - begin < falls_at_once ? count - begin : falls_at_once;
    for (std::uint32_t i = threadIdx.x; i < falls_at_once * fall_warps; i += fall_threads) found[i] = 0;
    __syncthreads();
    const std::uint32_t warp = threadIdx.x / 32;
    for (std::uint32_t tile = blockIdx.x * fall_threads; tile < cluster.size; tile += gridDim.x * fall_threads) {
        const std::uint32_t n = tile + threadIdx.x < cluster.size ? tile + threadIdx.x : cluster.size - 1;
        const bool is_there = tile + threadIdx.x == n;
        const node_view node = cluster[node_id{n}];
        const node_state state = cluster.nodes[n];
        const std::uint32_t type = cluster.type_of[n];
        const class_sums now{node, first.scorer.measure(), sums + threadIdx.x, fall_threads};
        for (std::uint32_t s = 0; s < number; ++s) {
            const type_glance& least = glances[std::size_t{begin + s} * cluster.type_count + type];
            const std::uint32_t score = is_there ? score_of_fall(node, state, prepared[begin + s].request, least, first.scorer, now) : 0;
            keep_best_of_warp(found[s * fall_warps + warp], score, tile + warp * 32);
        }
    }
    __syncthreads();
    for (std::uint32_t s = threadIdx.x; s < number; s += fall_threads) {
        std::uint64_t highest = 0;
        for (std::uint32_t w = 0; w < fall_warps; ++w) highest = higher_number{}(highest, found[s * fall_warps + w]);
        partial[std::size_t{begin + s} * gridDim.x + blockIdx.x] = highest;
    }
    if (!is_last_block(done + blockIdx.y)) return;
    for (std::uint32_t s = threadIdx.x; s < number; s += fall_threads) {
        std::uint64_t highest = 0;
        for (std::uint32_t b = 0; b < gridDim.x; ++b)
            highest = higher_number{}(highest, partial[std::size_t{begin + s} * gridDim.x + b]);
        best[begin + s] = ranked_number::node<search::key_of<Scorer>>(highest);
    }
    if (threadIdx.x == 0) done[blockIdx.y] = 0;
}

} // namespace gpupack::gpu::detail
