// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/rank_falls.hpp>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/ranked.hpp>

#include <cub/block/block_scan.cuh>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Requests that one pass over the nodes ranks for.
inline constexpr std::uint32_t falls_at_once = 64;
inline constexpr std::uint32_t fall_threads = 128;
inline constexpr std::uint32_t fall_warps = fall_threads / 32;

inline constexpr unsigned all_lanes = 0xffffffffU;
/// Below every fall.
inline constexpr policy::score no_fall = std::numeric_limits<policy::score>::min();

/// Keeps the best of what the lanes of a warp have found for a request. Lower nodes are in lower lanes.
///
/// @return the lane that has found it; below 0 where none has
GPUPACK_DEVICE inline int keep_best_of_warp(std::uint64_t& best, std::uint32_t score, std::uint32_t node) {
    const std::uint32_t highest = __reduce_max_sync(all_lanes, score);
    if (highest == 0) return -1;
    const int lane = __ffs(static_cast<int>(__ballot_sync(all_lanes, score == highest))) - 1;
    const std::uint32_t first = __shfl_sync(all_lanes, node, lane);
    if (const std::uint64_t number = ranked_number::of(highest - 1, first); threadIdx.x % 32 == 0 && number > best)
        best = number;
    return lane;
}

/// The GPUs of the nodes of a block's tile that may take slices, of those in one state on a node the first: thread of the node
/// and number of the GPU. Nodes differ much in how many they have, so that threads take GPUs from this list and not nodes.
struct slice_takers {
    static constexpr std::uint32_t most = fall_threads * max_gpus_per_node;

    std::uint16_t taker[most];         ///< [count] by node, then by GPU.
    std::int64_t usable[fall_threads]; ///< class_sums::usable of each node.
    std::uint32_t count;
};

/// Writes the list, with all threads of a block; it ends with a barrier.
GPUPACK_DEVICE inline void list_slice_takers(slice_takers& list, const node_view& node, bool is_there,
                                             const class_sums& now) {
    using scan = cub::BlockScan<std::uint32_t, fall_threads, cub::BLOCK_SCAN_WARP_SCANS>;
    GPUPACK_SHARED typename scan::TempStorage storage;
    std::uint32_t takers = 0;
    for (std::uint32_t rest = is_there ? now.distinct : 0; rest != 0; rest &= rest - 1)
        if (takes_slices(node.gpu(lowest_bit(rest)))) takers |= rest & (0U - rest);
    std::uint32_t next = 0;
    std::uint32_t all = 0;
    scan{storage}.ExclusiveSum(static_cast<std::uint32_t>(count_bits(takers)), next, all);
    for (; takers != 0; takers &= takers - 1)
        list.taker[next++] =
            static_cast<std::uint16_t>(threadIdx.x * max_gpus_per_node + static_cast<unsigned>(lowest_bit(takers)));
    list.usable[threadIdx.x] = now.usable;
    if (threadIdx.x == 0) list.count = all;
    __syncthreads();
}

/// Whether a request takes one slice of one GPU.
[[nodiscard]] GPUPACK_HD constexpr bool takes_one_slice(const request& request) noexcept {
    return request.gpus > 0 && request.share.way() != sharing::exclusive;
}

/// Ranks one GPU of one node for all requests for slices, with all threads of a warp. Scores never fall where falls rise, and
/// nodes come in their order: a fall that is no higher than that of the best so far is not looked at further.
///
/// @param found    [requests, fall_warps] of the warp
/// @param highest  [requests, fall_warps] the fall of what it has found
template <class Scorer>
GPUPACK_DEVICE void rank_taker(const cluster_view& cluster, const prepared_request<Scorer>* prepared,
                               const type_glance* glances, std::uint32_t count, const Scorer& scorer, std::uint32_t n,
                               int gpu_number, bool is_taker, const class_sums& now, std::uint64_t* found,
                               std::int64_t* highest) {
    const node_view node = cluster[node_id{n}];
    const node_state state = cluster.nodes[n];
    const std::uint32_t type = cluster.type_of[n];
    const slice_taker gpu{node.gpu(gpu_number), node.capacity(0)};
    const policy::fragmentation_view& measure = scorer.measure();
    for (std::uint32_t s = 0; s < count; ++s) {
        const request& request = prepared[s].request;
        if (!takes_one_slice(request)) continue;
        policy::score fall = no_fall;
        if (is_taker && gpu.takes(slice_of(request)) &&
            fits_glance(state, glances[std::size_t{s} * cluster.type_count + type]))
            fall = gpu.fall(slice_of(request), measure,
                            cpu_level_of(measure, std::int64_t{state.cpu_free} - request.cpu.count()), now);
        const bool is_higher = fall > highest[s * fall_warps];
        if (!__any_sync(all_lanes, is_higher)) continue;
        const int lane = keep_best_of_warp(found[s * fall_warps], is_higher ? scorer.of_fall(fall) + 1 : 0, n);
        const policy::score of_best = __shfl_sync(all_lanes, fall, lane);
        if (threadIdx.x % 32 == 0) highest[s * fall_warps] = of_best;
        __syncwarp();
    }
}

/// The best node for each request by the fall of fragmentation. What demand classes find on a node is summed up once for all
/// requests of row y of the grid (class_sums), one thread a node; so are ranked requests for whole GPUs or none. For slices one
/// thread ranks one GPU (slice_takers).
///
/// prepared  [count]         all with the same tables
/// glances   [count, types]
/// partial   [count, blocks]
/// done      [rows]          0 before and after
/// best      [count]
template <class Scorer> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(fall_threads, 7)
    rank_falls_kernel(cluster_view cluster, const prepared_request<Scorer>* prepared, const type_glance* glances,
                      std::uint32_t count, std::uint64_t* partial, std::uint32_t* done,
                      ranked_node<search::key_of<Scorer>>* best, std::uint32_t table_bytes) {
    extern GPUPACK_SHARED __align__(16) unsigned char tables[];
    GPUPACK_SHARED alignas(16) unsigned char room[sizeof(prepared_request<Scorer>)];
    GPUPACK_SHARED std::int32_t sums[most_demand_classes * fall_threads];
    GPUPACK_SHARED std::uint64_t found[falls_at_once * fall_warps];
    GPUPACK_SHARED std::int64_t highest_fall_of[falls_at_once * fall_warps];
    GPUPACK_SHARED slice_takers list;
    static_assert(sizeof(room) + sizeof(sums) + 2 * sizeof(found) + sizeof(list) + most_shared_tables / 2 <=
                      shared_memory_of_block,
                  "what a block has");
    auto& first = *reinterpret_cast<prepared_request<Scorer>*>(room);
    stage_shape(first, prepared[0], tables, table_bytes);
    const std::uint32_t begin = blockIdx.y * falls_at_once;
    const std::uint32_t number = count - begin < falls_at_once ? count - begin : falls_at_once;
    for (std::uint32_t i = threadIdx.x; i < falls_at_once * fall_warps; i += fall_threads) {
        found[i] = 0;
        highest_fall_of[i] = no_fall;
    }
    __syncthreads();
    const std::uint32_t warp = threadIdx.x / 32;
    for (std::uint32_t tile = blockIdx.x * fall_threads; tile < cluster.size; tile += gridDim.x * fall_threads) {
        const std::uint32_t n = tile + threadIdx.x < cluster.size ? tile + threadIdx.x : cluster.size - 1;
        const bool is_there = tile + threadIdx.x == n;
        const node_view node = cluster[node_id{n}];
        const node_state state = cluster.nodes[n];
        const std::uint32_t type = cluster.type_of[n];
        const class_sums now{node, first.scorer.measure(), sums + threadIdx.x, fall_threads};
        list_slice_takers(list, node, is_there, now);
        for (std::uint32_t s = 0; s < number; ++s) {
            const request& request = prepared[begin + s].request;
            if (takes_one_slice(request)) continue;
            const type_glance& least = glances[std::size_t{begin + s} * cluster.type_count + type];
            const std::uint32_t score = is_there ? score_of_fall(node, state, request, least, first.scorer, now) : 0;
            (void)keep_best_of_warp(found[s * fall_warps + warp], score, n);
        }
        for (std::uint32_t begins = warp * 32; begins < list.count; begins += fall_threads) {
            const std::uint32_t place = begins + threadIdx.x % 32;
            const bool is_taker = place < list.count;
            const std::uint32_t taker = list.taker[is_taker ? place : begins];
            rank_taker(cluster, prepared + begin, glances + std::size_t{begin} * cluster.type_count, number,
                       first.scorer, tile + taker / max_gpus_per_node, static_cast<int>(taker % max_gpus_per_node),
                       is_taker,
                       {sums + taker / max_gpus_per_node, fall_threads, list.usable[taker / max_gpus_per_node]},
                       found + warp, highest_fall_of + warp);
        }
        __syncthreads(); // the next tile writes where this one reads
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
