// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// a / b rounded towards minus infinity; b is positive.
[[nodiscard]] GPUPACK_HD constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/// The larger of two numbers; std::max is a host function to nvcc.
[[nodiscard]] GPUPACK_HD constexpr std::int64_t larger(std::int64_t a, std::int64_t b) noexcept {
    return a < b ? b : a;
}

/// The upper half of a product. In a kernel written as such: from a product of 64 bits nvcc keeps both halves.
[[nodiscard]] GPUPACK_HD constexpr std::uint32_t high_product(std::uint32_t a, std::uint32_t b) noexcept {
#if GPUPACK_ON_DEVICE
    return __umulhi(a, b);
#else
    return static_cast<std::uint32_t>(std::uint64_t{a} * b >> 32);
#endif
}

} // namespace gpupack
