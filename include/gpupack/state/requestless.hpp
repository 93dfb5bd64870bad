// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// How many placements hold nothing of a host's resource, for systems that count a task for more than it holds.
struct requestless {
    std::uint32_t cpu = 0;    ///< Placements without CPU.
    std::uint32_t memory = 0; ///< Placements without host memory.

    /// Whether there are any.
    [[nodiscard]] constexpr bool any() const noexcept { return cpu > 0 || memory > 0; }
    /// Counts a placement in (sign 1) or out (sign -1).
    constexpr void count(milli_cpu held_cpu, mebibytes held_memory, int sign) noexcept {
        const auto step = static_cast<std::uint32_t>(sign);
        cpu += held_cpu.count() == 0 ? step : 0;
        memory += held_memory.count() == 0 ? step : 0;
    }

    friend constexpr bool operator==(const requestless&, const requestless&) = default;
};

} // namespace gpupack
