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
/// The same for 64 bits.
[[nodiscard]] GPUPACK_HD constexpr int lowest_bit(std::uint64_t bits) noexcept {
    const auto low = static_cast<std::uint32_t>(bits);
    return low != 0 ? lowest_bit(low) : 32 + lowest_bit(static_cast<std::uint32_t>(bits >> 32));
}

/// How many bits are set. Written out: without -mpopcnt std::popcount is a library call.
[[nodiscard]] GPUPACK_HD constexpr int count_bits(std::uint32_t bits) noexcept {
    bits -= bits >> 1 & 0x55555555U;
    bits = (bits & 0x33333333U) + (bits >> 2 & 0x33333333U);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0fU;
    return static_cast<int>(bits * 0x01010101U >> 24);
}
/// The same for 64 bits.
[[nodiscard]] GPUPACK_HD constexpr int count_bits(std::uint64_t bits) noexcept {
    return count_bits(static_cast<std::uint32_t>(bits)) + count_bits(static_cast<std::uint32_t>(bits >> 32));
}

/// Calls body(index) for each bit that is set, lowest first.
GPUPACK_CALLS_BACK
template <class Word, class Body> GPUPACK_HD constexpr void for_each_bit(Word bits, Body&& body) {
    for (Word rest = bits; rest != 0; rest &= rest - 1) body(lowest_bit(rest));
}

} // namespace gpupack
