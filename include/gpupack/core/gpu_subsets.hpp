// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// Calls visit(subset) for each subset of that many GPUs, the lowest set first.
///
/// Cost: a call for each subset. It is not recursive, because the compiler must know the stack of a kernel.
GPUPACK_CALLS_BACK
template <class Visit> GPUPACK_HD constexpr void for_each_subset(gpu_set set, int count, Visit&& visit) {
    if (count <= 0) return visit(gpu_set{});
    std::uint32_t rest[32];   // NOLINT: set before it is read. [depth] where the GPU of that depth comes from
    std::uint32_t chosen[32]; // NOLINT: likewise. [depth] the GPUs of lower depths
    rest[0] = set.bits();
    chosen[0] = 0;
    for (int depth = 0; depth >= 0;) {
        const std::uint32_t next = rest[depth];
        if (depth == count - 1) {
            for (std::uint32_t last = next; last != 0; last &= last - 1)
                visit(gpu_set::from_bits(chosen[depth] | (last & (~last + 1))));
            --depth;
        } else if (count_bits(next) < count - depth) {
            --depth;
        } else {
            chosen[depth + 1] = chosen[depth] | (next & (~next + 1));
            rest[depth] = next & (next - 1);
            rest[depth + 1] = rest[depth];
            ++depth;
        }
    }
}

/// The lowest subset of that many GPUs for which accept(subset) holds; empty where there is none.
///
/// Cost: a call for each subset, the lowest first, up to the one that is returned.
GPUPACK_CALLS_BACK
template <class Accept>
GPUPACK_HD constexpr gpu_set lowest_subset(gpu_set set, int count, Accept&& accept, gpu_set chosen = {}) {
    if (count == 0) return accept(chosen) ? chosen : gpu_set{};
    int left = set.size();
    for (std::uint32_t rest = set.bits(); left >= count; rest &= rest - 1, --left) {
        const gpu_set found = lowest_subset(gpu_set::from_bits(rest & (rest - 1)), count - 1, accept,
                                            gpu_set::from_bits(chosen.bits() | (rest & (~rest + 1))));
        if (!found.empty()) return found;
    }
    return {};
}

} // namespace gpupack
