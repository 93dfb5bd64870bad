// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// The ways in which a GPU is shared; a GPU is in one of them at a time.
enum class sharing : std::uint8_t {
    idle,      ///< Nothing is placed on it, and any way is open that it is set up for.
    exclusive, ///< One task has the whole GPU.
    slices,    ///< Tasks have parts of its memory and compute.
    mig,       ///< Tasks have MIG instances.
    vgpu       ///< Tasks (virtual machines) have vGPUs.
};

/// Whether that way hands out the profiles of a table, each at a place of its own, and not amounts.
[[nodiscard]] GPUPACK_HD constexpr bool in_profiles(sharing way) noexcept {
    return way == sharing::mig || way == sharing::vgpu;
}

/// "exclusive": the word for a way in texts.
[[nodiscard]] constexpr std::string_view sharing_name(sharing way) noexcept {
    constexpr std::string_view names[] = {"idle", "exclusive", "slices", "mig", "vgpu"};
    return names[static_cast<int>(way)];
}
/// The way of that word.
[[nodiscard]] constexpr std::optional<sharing> sharing_named(std::string_view word) noexcept {
    for (const sharing way : {sharing::idle, sharing::exclusive, sharing::slices, sharing::mig, sharing::vgpu})
        if (sharing_name(way) == word) return way;
    return std::nullopt;
}

} // namespace gpupack
