// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/topology/gpu_capacity.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// MiB of a GPU as a part of its compute, so that memory and compute compare: half of the memory is 500 milli-GPUs.
///
/// @param memory    MiB
/// @param capacity  of the GPU
/// @return milli-GPUs, rounded down; 0 where the GPU's memory is not known
[[nodiscard]] GPUPACK_HD constexpr std::int32_t memory_part(std::int64_t memory,
                                                            const gpu_capacity& capacity) noexcept {
    return capacity.memory <= 0 ? 0 : static_cast<std::int32_t>(memory * capacity.compute / capacity.memory);
}

/// The part of a GPU that is in use: of its compute or of its memory, whichever is larger.
///
/// @param gpu       its state
/// @param capacity  what it has in all
/// @return milli-GPUs, from 0 to its compute, and above where more of its compute is given than there is
[[nodiscard]] GPUPACK_HD constexpr std::int32_t used_part(const gpu_state& gpu, const gpu_capacity& capacity) noexcept {
    const std::int32_t compute = capacity.compute - gpu.compute_free;
    const std::int32_t memory = memory_part(std::int64_t{capacity.memory} - gpu.memory_free, capacity);
    if (memory >= capacity.compute) return capacity.compute; // vGPUs may have more than slices are promised
    return compute < memory ? memory : compute;
}

/// The part of a GPU that is free: of its compute or of its memory, whichever is less.
///
/// @param gpu       its state
/// @param capacity  what it has in all
/// @return milli-GPUs, at most its compute; below 0 where more of its compute is given than there is
[[nodiscard]] GPUPACK_HD constexpr std::int32_t free_part(const gpu_state& gpu, const gpu_capacity& capacity) noexcept {
    if (gpu.memory_free == capacity.memory) return gpu.compute_free; // without a division
    return capacity.compute - used_part(gpu, capacity);
}

/// The part of a GPU that a share counts for: by memory alone its memory, by compute alone its compute, by both the
/// larger.
///
/// @param share     what is asked of the GPU; of a split slice, its least piece counts
/// @param capacity  of the GPU
/// @return milli-GPUs
[[nodiscard]] GPUPACK_HD constexpr std::int32_t part_of(const share& share, const gpu_capacity& capacity) noexcept {
    if (share.way() == sharing::exclusive) return capacity.compute;
    const auto compute = static_cast<std::int32_t>(share.compute().count());
    const std::int32_t memory = memory_part(share.memory_of(capacity.memory), capacity);
    return compute < memory ? memory : compute;
}

} // namespace gpupack
