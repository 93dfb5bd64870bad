// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Threads of a block that works alone. A rank under fgd takes about a hundred registers, of which a block has 64 Ki.
inline constexpr unsigned block_threads = 512;
/// Threads of a block that is one of many: enough to look at all request classes of openb at once.
inline constexpr unsigned shared_block_threads = 160;

/// The threads of one block as a team: see batch_workspace.hpp. A barrier costs some tens of nanoseconds.
struct block_team {
    template <class Body> GPUPACK_HD void for_each(std::uint64_t count, Body&& body) const {
#if GPUPACK_ON_DEVICE
        for (std::uint64_t i = threadIdx.x; i < count; i += blockDim.x) body(i);
        __syncthreads();
#else
        (void)count, (void)body;
#endif
    }
    /// Sixteen threads look at the places of one index at once: one load each, four exchanges.
    template <class Offered, class Keep>
    GPUPACK_HD void for_best(std::uint64_t count, Offered&& offered, Keep&& keep) const {
#if GPUPACK_ON_DEVICE
        constexpr unsigned places = 16;
        const unsigned place = threadIdx.x % places;
        const unsigned lanes = 0xffffU << (threadIdx.x & 16U); // this half of the warp
        for (std::uint64_t i = threadIdx.x / places; i < count; i += blockDim.x / places) {
            auto best = offered(i, place);
            for (unsigned distance = places / 2; distance > 0; distance /= 2)
                if (const auto other = exchanged(best, lanes, distance); other.precedes(best)) best = other;
            if (place == 0) keep(i, best);
        }
        __syncthreads();
#else
        (void)count, (void)offered, (void)keep;
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
    /// By threads of different warps, so that neither waits for the other.
    template <class First, class Second> GPUPACK_HD void both(First&& first, Second&& second) const {
#if GPUPACK_ON_DEVICE
        if (threadIdx.x == 0) first();
        if (threadIdx.x == warp) second();
        __syncthreads();
#else
        (void)first, (void)second;
#endif
    }
    template <class Value> [[nodiscard]] GPUPACK_HD std::uint32_t highest(std::uint64_t count, Value&& value) const {
#if GPUPACK_ON_DEVICE
        GPUPACK_SHARED std::uint32_t of_warp[warp];
        std::uint32_t mine = 0;
        for (std::uint64_t i = threadIdx.x; i < count; i += blockDim.x) mine = max(mine, value(i));
        mine = __reduce_max_sync(0xffffffffU, mine);
        if (threadIdx.x % warp == 0) of_warp[threadIdx.x / warp] = mine;
        __syncthreads();
        for (unsigned w = 0; w < blockDim.x / warp; ++w) mine = max(mine, of_warp[w]);
        return mine;
#else
        return (void)count, (void)value, 0;
#endif
    }

  private:
    static constexpr unsigned warp = 32;

#if defined(__CUDACC__)
    /// What the lane at that distance has.
    template <class Value>
    [[nodiscard]] static GPUPACK_DEVICE Value exchanged(const Value& mine, unsigned lanes, unsigned distance) {
        static_assert(sizeof(Value) % sizeof(unsigned) == 0, "exchanged word by word");
        constexpr std::size_t count = sizeof(Value) / sizeof(unsigned);
        unsigned words[count];
        memcpy(words, &mine, sizeof(Value));
#pragma unroll
        for (std::size_t w = 0; w < count; ++w) words[w] = __shfl_xor_sync(lanes, words[w], distance);
        Value other;
        memcpy(&other, words, sizeof(Value));
        return other;
    }
#endif
};

/// A body, called for each index by a thread of its own.
template <class Body> GPUPACK_KERNEL by_index(std::uint64_t count, const GPUPACK_GRID_CONSTANT Body body) {
    const std::uint64_t index = std::uint64_t{blockIdx.x} * blockDim.x + threadIdx.x;
    if (index < count) body(index);
}

/// The job of one block.
template <class Job> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(block_threads)
    block_kernel(const GPUPACK_GRID_CONSTANT Job job) {
    job(block_team{});
}

/// The jobs of many blocks, each on its own; at least four of them run on a multiprocessor at once.
template <class Job> GPUPACK_KERNEL GPUPACK_LAUNCH_BOUNDS(shared_block_threads, 4)
    blocks_kernel(const GPUPACK_GRID_CONSTANT Job job) {
    job(block_team{}, blockIdx.x);
}

} // namespace gpupack::gpu::detail
