// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The ways in which a GPU is shared; a GPU is in one of them at a time.
///
/// idle       nothing is placed on it, and any way is open that it is set up for
/// exclusive  one task has the whole GPU
/// slices     tasks have parts of its memory and compute
/// mig        tasks have MIG instances
/// vgpu       tasks (virtual machines) have vGPUs
enum class sharing : std::uint8_t { idle, exclusive, slices, mig, vgpu };

/// Whether that way hands out the profiles of a table, each at a place of its own, and not amounts.
[[nodiscard]] GPUPACK_HD constexpr bool in_profiles(sharing way) noexcept {
    return way == sharing::mig || way == sharing::vgpu;
}

} // namespace gpupack
