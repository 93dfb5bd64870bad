// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>
#include <limits>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

/// Amounts in 10^-9: a 64-bit number of them would end at 9 Gi.
__extension__ using wide = __int128;

/// 10^-9 in one.
inline constexpr wide nanos_in_one = 1'000'000'000;

/// The largest amount; sums of a thousand of them still fit.
inline constexpr wide widest = nanos_in_one * nanos_in_one * nanos_in_one * 100'000'000;

[[nodiscard]] constexpr wide saturated(wide value) noexcept {
    return value > widest ? widest : value < -widest ? -widest : value;
}

/// a * b for a, b from 0, at most `widest`.
[[nodiscard]] constexpr wide saturated_product(wide a, wide b) noexcept {
    if (a == 0 || b == 0) return 0;
    return a > widest / b ? widest : a * b;
}

/// The least whole number that is not below a / b; b is positive.
[[nodiscard]] constexpr wide ceiling(wide a, wide b) noexcept {
    return a / b + (a % b > 0 ? 1 : 0);
}

[[nodiscard]] constexpr std::int64_t clamped(wide value) noexcept {
    if (value > std::numeric_limits<std::int64_t>::max()) return std::numeric_limits<std::int64_t>::max();
    if (value < std::numeric_limits<std::int64_t>::min()) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(value);
}

/// 10 to the power of an exponent from 0, at most `widest`.
[[nodiscard]] constexpr wide power_of_ten(std::int64_t exponent) noexcept {
    wide power = 1;
    for (std::int64_t i = 0; i < exponent && power < widest; ++i) power = saturated_product(power, 10);
    return power;
}

} // namespace gpupack::dialect::dra::detail
