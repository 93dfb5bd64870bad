// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/fall_blocks.hpp>
#include <gpupack/gpu/detail/rank_falls.hpp>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/ranked.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

inline constexpr int fall_threads = 128;
inline constexpr int fall_warps = fall_threads / 32;

/// What the warps of a block write, each its own part.
template <int Classes, class Sum> struct fall_room {
    Sum bar[fall_warps][falls_at_once];              ///< The highest fall that the warp has found.
    std::uint64_t found[fall_warps][falls_at_once];  ///< Its best node (ranked_number).
    std::int32_t sums[Classes][fall_threads];        ///< What classes find on the thread's node now.
    Sum usable[fall_threads];                        ///< Likewise, what expected tasks can use.
    std::uint8_t level[falls_at_once][fall_threads]; ///< Of the CPU that a request leaves there; or does_not_fit.

    static constexpr int does_not_fit = 255;
};

/// The node of a thread. Those of a warp are consecutive.
struct fall_node {
    std::uint32_t number;   ///< The last one where there are no more.
    std::uint32_t type;     ///< Its type.
    std::uint64_t accepted; ///< fall_sums::accepts
    std::int32_t cpu;       ///< sum_columns::cpu; -1 where there are no more.
    std::int32_t memory;    ///< sum_columns::memory
    std::uint32_t glance;   ///< sum_columns::glance
    std::int32_t compute;   ///< Of each GPU.
    int gpu_count;          ///< GPUs.
    std::uint32_t takers;   ///< fall_sums::add_gpus
};

/// A warp that ranks. Scores never fall where falls rise, and nodes come in their order: a fall that is no higher than that of
/// the best so far is not looked at further.
template <class Scorer, int Classes, class Sum> struct fall_warp {
    using sums_type = fall_sums<Classes, Sum>;
    using lanes = class_lanes<Classes>;

    const cluster_view& cluster;
    const prepared_request<Scorer>* prepared;
    const sums_type& sums;
    fall_room<Classes, Sum>& room;
    int lane;
    int warp;

    /// What classes find on the node of a thread.
    GPUPACK_DEVICE lanes sums_of(int thread) const {
        lanes read;
#pragma unroll
        for (int c = 0; c < Classes; ++c) read.at[c] = room.sums[c][thread];
        return read;
    }

    /// Keeps the highest of the falls that are higher than the bar; lower nodes are in lower lanes.
    GPUPACK_DEVICE void keep(int place, Sum fall, bool is_higher, std::uint32_t node) const {
        if (!__any_sync(all_lanes, is_higher)) return;
        const std::uint32_t score = is_higher ? prepared->scorer.of_fall(fall) + 1 : 0;
        const std::uint32_t highest = __reduce_max_sync(all_lanes, score);
        const int source = __ffs(static_cast<int>(__ballot_sync(all_lanes, score == highest))) - 1;
        const std::uint32_t first = __shfl_sync(all_lanes, node, source);
        const Sum of_best = __shfl_sync(all_lanes, fall, source);
        if (lane == 0) {
            const std::uint64_t number = ranked_number::of(highest - 1, first);
            if (number > room.found[warp][place]) room.found[warp][place] = number;
            room.bar[warp][place] = of_best;
        }
        __syncwarp();
    }

    /// Reads a node and sums it up.
    GPUPACK_DEVICE fall_node look_at(std::uint32_t index) const {
        fall_node node;
        node.number = index < cluster.size ? index : cluster.size - 1;
        const std::uint32_t n = node.number;
        node.cpu = index == n ? cluster.columns.cpu[n] : -1;
        node.memory = cluster.columns.memory[n];
        node.glance = cluster.columns.glance[n];
        node.type = cluster.type_of[n];
        node.accepted = sums.accepts(node.type);
        const node_type& type = cluster.types[node.type];
        node.gpu_count = node.cpu >= 0 ? type.gpu_count : 0;
        node.compute = node.gpu_count > 0 ? type.gpus[0].compute : 0;
        lanes now = sums.nothing(node.type);
        node.takers = sums.add_gpus(now, cluster.gpus + cluster.first_gpu[n], node.gpu_count, type.gpus);
        const auto thread = threadIdx.x;
#pragma unroll
        for (int c = 0; c < Classes; ++c) room.sums[c][thread] = now.at[c];
        room.usable[thread] = sums.usable(sums.level_of(node.cpu), sums.free_with(now, 0, 0));
        return node;
    }

    /// For requests for whole GPUs, or none: one thread a node.
    GPUPACK_DEVICE void rank_whole(const fall_node& node) const {
        std::int32_t key = -1;
        Sum fall_now = 0;
        lanes free;
        for (int place = 0; place < sums.block->whole_count; ++place) {
            const fall_request request = sums.block->requests[place];
            if (request.key != key) {
                key = request.key;
                const auto thread = static_cast<int>(threadIdx.x);
                fall_now = sums.take_whole(sums_of(thread), key, node.compute, room.usable[thread], free);
            }
            const bool fits = request.fits(node.cpu, node.memory, sum_columns::idle_gpus(node.glance)) &
                              ((node.accepted >> place & 1U) != 0);
            const Sum fall = fall_now + sums.usable(sums.level_of(node.cpu - request.cpu), free);
            keep(place, fall, fits && fall > room.bar[warp][place], node.number);
        }
    }

    /// Notes which requests for slices fit the thread's node, and how much CPU they leave.
    GPUPACK_DEVICE void note_levels(const fall_node& node) const {
        for (int place = sums.block->whole_count; place < sums.block->request_count; ++place) {
            const fall_request request = sums.block->requests[place];
            const bool fits = request.fits(node.cpu, node.memory, sum_columns::slice_compute(node.glance)) &
                              ((node.accepted >> place & 1U) != 0);
            room.level[place][threadIdx.x] = static_cast<std::uint8_t>(fits ? sums.level_of(node.cpu - request.cpu)
                                                                            : fall_room<Classes, Sum>::does_not_fit);
        }
    }

    /// For one GPU of the node of a thread of the warp, and all requests for slices.
    GPUPACK_DEVICE void rank_taker(bool is_taker, std::uint32_t node, std::uint32_t type, int gpu, int thread) const {
        const slice_taker taker{sums_type::gpu_at(cluster.gpus + cluster.first_gpu[node], gpu),
                                cluster.types[type].gpus[0]};
        lanes others = sums_of(thread);
        sums.add(others, taker.offer, -taker.supply);
        const Sum usable_now = room.usable[thread];
        std::int32_t key = -1;
        Sum fall_now = 0;
        bool takes = false;
        lanes free;
        for (int place = sums.block->whole_count; place < sums.block->request_count; ++place) {
            if (const std::int32_t next = sums.block->requests[place].key; next != key) {
                key = next;
                takes = is_taker && taker.takes(key - fall_request::slice_key);
                fall_now = sums.take_slice(others, taker, key - fall_request::slice_key, usable_now, free);
            }
            const int level = room.level[place][thread];
            const bool fits = takes & (level != fall_room<Classes, Sum>::does_not_fit);
            const Sum fall = fall_now + sums.usable(fits ? level : 0, free);
            keep(place, fall, fits && fall > room.bar[warp][place], node);
        }
    }

    /// For requests for slices: one thread a GPU that takes them. Nodes differ much in how many they have.
    GPUPACK_DEVICE void rank_slices(const fall_node& node) const {
        const auto mine = static_cast<std::uint32_t>(count_bits(node.takers));
        std::uint32_t next = mine; // how many the lanes up to this one have
#pragma unroll
        for (int distance = 1; distance < 32; distance *= 2) {
            const std::uint32_t before = __shfl_up_sync(all_lanes, next, static_cast<unsigned>(distance));
            next += lane >= distance ? before : 0;
        }
        const std::uint32_t count = __shfl_sync(all_lanes, next, 31);
        next -= mine;
        for (std::uint32_t begin = 0; begin < count; begin += 32) {
            const bool is_taker = begin + static_cast<unsigned>(lane) < count;
            const std::uint32_t nth = is_taker ? begin + static_cast<unsigned>(lane) : begin;
            int owner = 0; // the last lane whose first taker is at most the nth
#pragma unroll
            for (int step = 16; step > 0; step /= 2)
                if (__shfl_sync(all_lanes, next, owner + step) <= nth) owner += step;
            std::uint32_t takers = __shfl_sync(all_lanes, node.takers, owner);
            for (std::uint32_t skip = nth - __shfl_sync(all_lanes, next, owner); skip > 0; --skip) takers &= takers - 1;
            rank_taker(is_taker, __shfl_sync(all_lanes, node.number, owner), __shfl_sync(all_lanes, node.type, owner),
                       lowest_bit(takers), warp * 32 + owner);
        }
    }
};

/// The best node for each request by the fall of fragmentation, for 64 requests in a row of the grid (rank_falls.hpp). Warps work
/// alone until all nodes are ranked; blocks leave what they found as one number a request.
///
/// prepared  [count]  all with the same tables
/// numbers   [count]  0 before and after
/// done      [rows]   likewise
/// best      [count]
template <class Scorer, int Classes, class Sum>
GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(fall_threads, Classes <= most_narrow_classes ? 6 : 4)
    rank_falls_kernel(cluster_view cluster, const prepared_request<Scorer>* prepared, fall_blocks_view blocks,
                      std::uint64_t* numbers, std::uint64_t* done, ranked_node<search::key_of<Scorer>>* best) {
    extern GPUPACK_SHARED __align__(16) unsigned char memory[];
    GPUPACK_SHARED fall_room<Classes, Sum> room;
    static_assert(sizeof(room) + fall_blocks::most_bytes <= shared_memory_of_block, "what a block has");
    constexpr std::size_t unit = sizeof(int4);
    copy_by_block(reinterpret_cast<int4*>(memory),
                  reinterpret_cast<const int4*>(blocks.blocks) + blockIdx.y * std::size_t{blocks.bytes} / unit,
                  blocks.bytes / unit);
    for (std::uint32_t i = threadIdx.x; i < fall_warps * falls_at_once; i += fall_threads) {
        room.found[i / falls_at_once][i % falls_at_once] = 0;
        room.bar[i / falls_at_once][i % falls_at_once] = static_cast<Sum>(std::uint64_t{1} << (8 * sizeof(Sum) - 1));
    }
    __syncthreads();
    const fall_sums<Classes, Sum> sums{memory};
    const auto lane = static_cast<int>(threadIdx.x % 32);
    const auto nth_warp = static_cast<int>(threadIdx.x / 32);
    const fall_warp<Scorer, Classes, Sum> warp{cluster, prepared, sums, room, lane, nth_warp};
    for (std::uint32_t tile = blockIdx.x * fall_threads + threadIdx.x / 32 * 32; tile < cluster.size;
         tile += gridDim.x * fall_threads) {
        const fall_node node = warp.look_at(tile + threadIdx.x % 32);
        warp.note_levels(node);
        warp.rank_whole(node);
        __syncwarp();
        warp.rank_slices(node);
        __syncwarp(); // the next tile writes where this one reads
    }
    __syncthreads();
    const std::uint32_t begin = blockIdx.y * falls_at_once;
    const int count = sums.block->request_count;
    for (int place = static_cast<int>(threadIdx.x); place < count; place += fall_threads) {
        std::uint64_t highest = 0;
        for (const auto& found : room.found) highest = found[place] > highest ? found[place] : highest;
        raise_number(numbers + begin + sums.block->number[place], highest);
    }
    if (!is_last_block(done + blockIdx.y)) return;
    for (std::uint32_t s = threadIdx.x; s < static_cast<std::uint32_t>(count); s += fall_threads)
        best[begin + s] = ranked_number::node<search::key_of<Scorer>>(take_number(numbers + begin + s));
    if (threadIdx.x == 0) done[blockIdx.y] = 0;
}

} // namespace gpupack::gpu::detail
