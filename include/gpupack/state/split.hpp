// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_state.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// How the memory of a split slice is divided over its GPUs.
struct split_memory {
    std::int32_t memory[max_pieces] = {}; ///< [GPUs of the request] MiB of each, lowest GPU first; the rest is 0

    GPUPACK_HD friend constexpr bool operator==(const split_memory& a, const split_memory& b) noexcept {
        for (int i = 0; i < max_pieces; ++i)
            if (a.memory[i] != b.memory[i]) return false;
        return true;
    }
};

/// Divides the memory of a split slice over the GPUs chosen, which must have it free: each gives the least that it
/// must, then the one with least left is filled, then the next.
///
/// Ties go to the lower GPU.
///
/// @param gpus  the GPUs of the node, by index
/// @param chosen  those that the slice gets
/// @param share  the split slice
[[nodiscard]] GPUPACK_HD constexpr split_memory split_over(const gpu_state* gpus, gpu_set chosen,
                                                           const share& share) noexcept {
    split_memory result;
    std::int32_t left[max_pieces] = {};
    const auto least = static_cast<std::int32_t>(share.memory().count());
    const gpu_set giving = chosen.lowest(max_pieces);
    const int count = giving.size();
    for_each_gpu_indexed(giving, [&](int nth, int i) {
        result.memory[nth] = least;
        left[nth] = gpus[i].memory_free - least;
    });
    std::int64_t missing = share.total_memory().count() - std::int64_t{least} * count;
    while (missing > 0) {
        int fullest = -1;
        for (int i = 0; i < count; ++i)
            if (left[i] > 0 && (fullest < 0 || left[i] < left[fullest])) fullest = i;
        if (fullest < 0) break;
        const std::int64_t more = missing < left[fullest] ? missing : left[fullest];
        result.memory[fullest] += static_cast<std::int32_t>(more);
        left[fullest] = 0;
        missing -= more;
    }
    return result;
}

/// What the nth of its GPUs gives to a task: of a split slice a slice of that size, else the share itself.
[[nodiscard]] GPUPACK_HD constexpr share piece_of(const share& share, const split_memory& pieces, int nth) noexcept {
    const int piece = nth < max_pieces ? pieces.memory[nth] : 0;
    return piece == 0
               ? share
               : gpupack::share{slice{.memory = mebibytes{piece}, .compute = share.compute(), .rule = share.rule()}};
}

} // namespace gpupack
