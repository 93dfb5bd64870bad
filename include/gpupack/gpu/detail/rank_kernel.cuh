// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/score_bodies.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/concepts.hpp>

#include <cub/block/block_reduce.cuh>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

inline constexpr int rank_threads = 256;

/// How many blocks rank the nodes for one request: all that run at once over all requests, in one wave, and no more than have
/// work. So the blocks of all requests walk the nodes in step, and what one has read the others find in the cache.
///
/// @param resident  blocks that run on a multiprocessor at once
[[nodiscard]] inline std::uint32_t rank_blocks(std::uint32_t threads_with_work, std::uint32_t requests,
                                               int multiprocessors, int resident) {
    const std::uint32_t useful = (threads_with_work + rank_threads - 1) / rank_threads;
    const auto at_once = static_cast<std::uint32_t>(resident * multiprocessors);
    const std::uint32_t fill = at_once / requests;
    const std::uint32_t blocks = useful < fill ? useful : fill;
    return blocks == 0 ? 1 : blocks;
}

/// The most bytes of tables that a block copies into shared memory; larger ones are read where they are.
inline constexpr std::size_t most_shared_tables = 32 * 1024;

/// The shared memory that a block has without asking for more.
inline constexpr std::size_t shared_memory_of_block = 48 * 1024;
/// What of it the reductions of a block may need.
inline constexpr std::size_t shared_by_reductions = 4 * 1024;

/// Whether a shape and its tables can be staged for a block.
template <class Scorer>
inline constexpr bool can_be_staged = sizeof(prepared_request<Scorer>) + most_shared_tables + shared_by_reductions
                                      <= shared_memory_of_block;

/// Copies entries with all threads of a block.
template <class Entry> GPUPACK_DEVICE void copy_by_block(Entry* target, const Entry* source, std::size_t entries) {
    if constexpr (std::is_same_v<Entry, int4>) {
        for (std::size_t i = threadIdx.x; i < entries; i += blockDim.x) target[i] = source[i];
    } else if constexpr (sizeof(Entry) % sizeof(std::uint32_t) == 0) {
        const std::size_t words = entries * sizeof(Entry) / sizeof(std::uint32_t);
        for (std::size_t i = threadIdx.x; i < words; i += blockDim.x)
            reinterpret_cast<std::uint32_t*>(target)[i] = reinterpret_cast<const std::uint32_t*>(source)[i];
    } else {
        for (std::size_t i = threadIdx.x; i < entries * sizeof(Entry); i += blockDim.x)
            reinterpret_cast<std::uint8_t*>(target)[i] = reinterpret_cast<const std::uint8_t*>(source)[i];
    }
}

/// Copies a shape into shared memory, and the tables of its scorer too where there is room: MIG's states, the classes
/// of the expected tasks. All threads of the block call it; it ends with a barrier.
///
/// tables  [table_bytes]  shared
template <class Scorer> GPUPACK_DEVICE void stage_shape(prepared_request<Scorer>& target,
                                                        const prepared_request<Scorer>& source, unsigned char* tables,
                                                        std::uint32_t table_bytes) {
    copy_by_block(&target, &source, 1);
    __syncthreads();
    if (table_bytes == 0) return;
    std::size_t offset = 0;
    policy::policy_traits<Scorer>::for_each_table(target.scorer, [&](auto& pointer, std::size_t count) {
        if (count == 0) return;
        using entry = std::remove_cv_t<std::remove_reference_t<decltype(*pointer)>>;
        copy_by_block(reinterpret_cast<entry*>(tables + offset), pointer, count);
        offset += table_room(count * sizeof(entry));
    });
    __syncthreads();
    if (threadIdx.x == 0) {
        offset = 0;
        policy::policy_traits<Scorer>::for_each_table(target.scorer, [&](auto& pointer, std::size_t count) {
            if (count == 0) return;
            using entry = std::remove_cv_t<std::remove_reference_t<decltype(*pointer)>>;
            pointer = reinterpret_cast<const entry*>(tables + offset);
            offset += table_room(count * sizeof(entry));
        });
    }
    __syncthreads();
}

/// The better of two nodes, for reductions.
struct better_node {
    template <class Node> GPUPACK_DEVICE Node operator()(const Node& a, const Node& b) const {
        return b.precedes(a) ? b : a;
    }
};

/// The best of what the threads of a block have found; thread 0 gets it.
template <class Node> GPUPACK_DEVICE Node best_of_block(const Node& mine) {
    using reduce = cub::BlockReduce<Node, rank_threads>;
    static_assert(sizeof(typename reduce::TempStorage) <= shared_by_reductions, "counted in shared_memory_of_block");
    GPUPACK_SHARED typename reduce::TempStorage storage;
    const Node best = reduce{storage}.Reduce(mine, better_node{});
    __syncthreads(); // the storage is used again
    return best;
}

/// Whether this block ends last, which then sees what all have written; for all its threads. It begins with a barrier.
GPUPACK_DEVICE inline bool is_last_block(std::uint64_t* done) {
    GPUPACK_SHARED bool is_last;
    __threadfence(); // what each thread has written
    __syncthreads();
    if (threadIdx.x == 0) {
        is_last = atomicAdd(reinterpret_cast<unsigned long long*>(done), 1ULL) == gridDim.x - 1;
        __threadfence();
    }
    __syncthreads();
    return is_last;
}

/// Has a block leave what it found; true in all threads of the block that finishes last, which then sees all of it.
template <class Node> GPUPACK_DEVICE bool leave_for_last(Node* partial, std::uint64_t* done, const Node& found) {
    if (threadIdx.x == 0) partial[blockIdx.x] = found;
    return is_last_block(done);
}

/// The best node among what all blocks have left; thread 0 of the last block gets it.
template <class Node> GPUPACK_DEVICE Node best_of_grid(const Node* partial) {
    Node best;
    for (unsigned b = threadIdx.x; b < gridDim.x; b += blockDim.x)
        if (const Node other = partial[b]; other.precedes(best)) best = other;
    return best_of_block(best);
}

/// The best node for each shape: blocks x share the nodes of shape y, and the last of them puts their finds together.
///
/// partial  [shapes, blocks]
/// done     [shapes]  0 before and after
/// best     [shapes]
template <class Scorer> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(rank_threads)
    rank_kernel(cluster_view cluster, const prepared_request<Scorer>* shapes,
                ranked_node<search::key_of<Scorer>>* partial, std::uint64_t* done,
                ranked_node<search::key_of<Scorer>>* best, std::uint32_t table_bytes) {
    static_assert(can_be_staged<Scorer>, "the scorer is too large for shared memory; let it point to a table");
    extern GPUPACK_SHARED __align__(16) unsigned char tables[];
    GPUPACK_SHARED alignas(16) unsigned char room[sizeof(prepared_request<Scorer>)];
    auto& request = *reinterpret_cast<prepared_request<Scorer>*>(room);
    stage_shape(request, shapes[blockIdx.y], tables, table_bytes);
    auto* const mine = partial + std::size_t{blockIdx.y} * gridDim.x;
    const auto found = best_of(cluster, request, blockIdx.x * blockDim.x + threadIdx.x, gridDim.x * blockDim.x);
    if (!leave_for_last(mine, done + blockIdx.y, best_of_block(found))) return;
    const auto all = best_of_grid(mine);
    if (threadIdx.x != 0) return;
    done[blockIdx.y] = 0;
    best[blockIdx.y] = all;
}

inline constexpr unsigned all_lanes = 0xffffffffU;

/// The best of what the threads of a block have found (ranked_number); thread 0 gets it.
GPUPACK_DEVICE inline std::uint64_t best_number_of_block(const found_node& mine) {
    constexpr unsigned warps = rank_threads / 32;
    GPUPACK_SHARED found_node of_warp[warps];
    const auto best_of_warp = [](const found_node& each) {
        const std::uint32_t score = __reduce_max_sync(all_lanes, each.score);
        return found_node{score, __reduce_min_sync(all_lanes, each.score == score ? each.node : 0xffffffffU)};
    };
    if (const found_node best = best_of_warp(mine); threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = best;
    __syncthreads();
    if (threadIdx.x >= 32) return 0;
    return best_of_warp(threadIdx.x < warps ? of_warp[threadIdx.x] : found_node{}).number();
}

/// Adds one to a counter, by one thread of each block; true in the last one, which then sees what the others did before.
GPUPACK_DEVICE inline bool counts_last(std::uint64_t* done) {
    unsigned long long before;
    asm volatile("atom.add.acq_rel.gpu.u64 %0, [%1], 1;" : "=l"(before) : "l"(done) : "memory");
    return before == gridDim.x - 1;
}

/// Raises a number that blocks have in common.
GPUPACK_DEVICE inline void raise_number(std::uint64_t* number, std::uint64_t found) {
    if (found != 0) atomicMax(reinterpret_cast<unsigned long long*>(number), static_cast<unsigned long long>(found));
}

/// The number, which is 0 then.
GPUPACK_DEVICE inline std::uint64_t take_number(std::uint64_t* number) {
    return atomicExch(reinterpret_cast<unsigned long long*>(number), 0ULL);
}

/// The best node for each request whose sums decide (rank_columns.hpp). 48 registers at most, so that five blocks run on a
/// multiprocessor at once, and four for slices, each thread with four wide loads under way before anything else is asked for. Blocks leave the best
/// that they found as one number.
///
/// rows     [requests, types]  none for a slice, or Slices
/// done     [requests]         0 before and after
/// numbers  [requests]         likewise
/// best     [requests]
template <bool Slices, class OnType, class Key> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(rank_threads, Slices ? 4 : 5)
    rank_columns_kernel(cluster_view cluster, const type_row<OnType>* rows, std::uint64_t* done, std::uint64_t* numbers,
                        ranked_node<Key>* best) {
    extern GPUPACK_SHARED __align__(16) unsigned char room[];
    const std::uint32_t first = blockIdx.x * rank_threads + threadIdx.x;
    const std::uint32_t step = gridDim.x * rank_threads;
    const auto ahead = sums_of_four<Slices>::of(cluster, first);
    auto* const mine = reinterpret_cast<type_row<OnType>*>(room);
    copy_by_block(reinterpret_cast<int4*>(mine),
                  reinterpret_cast<const int4*>(rows + std::size_t{blockIdx.y} * cluster.type_count),
                  cluster.type_count * sizeof(*mine) / sizeof(int4));
    __syncthreads();
    const std::uint64_t found =
        best_number_of_block(best_of_groups(cluster, mine, first, step, ahead, none_left_out{}));
    if (threadIdx.x != 0) return;
    raise_number(numbers + blockIdx.y, found);
    if (!counts_last(done + blockIdx.y)) return;
    done[blockIdx.y] = 0;
    best[blockIdx.y] = ranked_number::node<Key>(take_number(numbers + blockIdx.y));
}

} // namespace gpupack::gpu::detail
