// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <bit>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The index of the lowest bit that is set; bits must not be 0.
[[nodiscard]] GPUPACK_HD constexpr int lowest_bit(std::uint32_t bits) noexcept {
#if defined(__CUDA_ARCH__)
    return __ffs(static_cast<int>(bits)) - 1;
#else
    return std::countr_zero(bits);
#endif
}

/// How many bits are set. Written out: without -mpopcnt std::popcount is a library call.
[[nodiscard]] GPUPACK_HD constexpr int count_bits(std::uint32_t bits) noexcept {
    bits -= bits >> 1 & 0x55555555U;
    bits = (bits & 0x33333333U) + (bits >> 2 & 0x33333333U);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0fU;
    return static_cast<int>(bits * 0x01010101U >> 24);
}

} // namespace gpupack
