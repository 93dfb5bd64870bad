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

} // namespace gpupack
