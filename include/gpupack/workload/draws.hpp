// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/random.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::workload {

/// A draw from the exponential distribution, in whole numbers only, so that it is the same on every machine.
///
/// Source: von Neumann 1951, by comparing uniform draws (docs/sources.md#neumann51).
/// @param random  what is drawn from
/// @param mean    of the distribution
[[nodiscard]] inline std::int64_t draw_exponential(random_stream& random, std::int64_t mean) {
    constexpr int bits = 31;
    for (std::int64_t whole = 0;; ++whole) {
        const std::uint64_t first = random.below(std::uint64_t{1} << bits);
        std::uint64_t previous = first;
        int falling = 1;
        for (std::uint64_t next = random.below(std::uint64_t{1} << bits); next < previous; ++falling) {
            previous = next;
            next = random.below(std::uint64_t{1} << bits);
        }
        if (falling % 2 == 1)
            return whole * mean + static_cast<std::int64_t>((first * static_cast<std::uint64_t>(mean)) >> bits);
    }
}

/// A draw from the Poisson distribution, in whole numbers: how many exponential steps of mean 1 begin before it ends.
///
/// Cost: proportional to the mean.
/// @param random  what is drawn from
/// @param mean    of the distribution, in parts of 2^16
[[nodiscard]] inline std::int64_t draw_poisson(random_stream& random, std::int64_t mean) {
    std::int64_t count = 0;
    for (std::int64_t sum = draw_exponential(random, 1 << 16); sum < mean; sum += draw_exponential(random, 1 << 16))
        ++count;
    return count;
}

namespace detail {

inline constexpr int draw_bits = 30; ///< Binary places of the draws below.
inline constexpr std::int64_t draw_one = std::int64_t{1} << draw_bits;

/// True with probability exp(-exponent / 2^30), for an exponent from 0 to 2^30.
///
/// Source: Canonne, Kamath and Steinke 2020, algorithm 1 (docs/sources.md#canonne20).
[[nodiscard]] inline bool draw_exp(random_stream& random, std::uint64_t exponent) {
    std::uint64_t trial = 1;
    // True with probability exponent / trial, as often as it goes on.
    for (; random.below(draw_one) < exponent && random.below(trial) == 0; ++trial) {
    }
    return trial % 2 == 1;
}

/// 2 to the power of an exponent of 30 binary places, with 30 binary places; 0 below 2^-30.
///
/// Source: the binary expansion of the exponent, a factor 2^(2^-i) for each of its bits.
[[nodiscard]] constexpr std::int64_t power_of_two(std::int64_t exponent) noexcept {
    constexpr std::array<std::int64_t, 30> roots{
        1518500250, 1276901417, 1170923762, 1121280436, 1097253708, 1085434106, 1079572136, 1076653033,
        1075196443, 1074468888, 1074105294, 1073923544, 1073832680, 1073787251, 1073764537, 1073753181,
        1073747502, 1073744663, 1073743244, 1073742534, 1073742179, 1073742001, 1073741913, 1073741868,
        1073741846, 1073741835, 1073741830, 1073741827, 1073741825, 1073741825};
    const std::int64_t whole = exponent >> draw_bits;
    std::int64_t power = draw_one;
    for (std::size_t i = 0; i < roots.size(); ++i)
        if (((exponent >> (draw_bits - 1 - static_cast<int>(i))) & 1) != 0) power = (power * roots[i]) >> draw_bits;
    if (whole < -draw_bits) return 0;
    return whole < 0 ? power >> -whole : power << whole;
}

} // namespace detail

/// A draw from the normal distribution with mean 0 and variance 1, with 30 binary places, in whole numbers only.
///
/// Source: Karney 2016, algorithm N (docs/sources.md#karney16).
[[nodiscard]] inline std::int64_t draw_normal(random_stream& random) {
    using detail::draw_exp;
    using detail::draw_one;
    const auto half = [&] { return draw_exp(random, static_cast<std::uint64_t>(draw_one) / 2); };
    while (true) {
        std::int64_t whole = 0;
        while (half()) ++whole; // k with probability exp(-k/2) (1 - exp(-1/2))
        bool accepted = true;
        for (std::int64_t i = 0; accepted && i < whole * (whole - 1); ++i) accepted = half();
        if (!accepted) continue;
        const auto part = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(draw_one)));
        // exp(-x (2k + x) / 2) as k + 1 equal factors, each of an exponent up to 1
        const std::int64_t factor = (2 * whole * draw_one + part) / (whole + 1);
        const auto exponent = static_cast<std::uint64_t>(((part >> 1) * (factor >> 8)) >> (detail::draw_bits - 8));
        for (std::int64_t i = 0; accepted && i <= whole; ++i) accepted = draw_exp(random, exponent);
        if (!accepted) continue;
        const std::int64_t size = whole * draw_one + part;
        return random.below(2) == 0 ? size : -size;
    }
}

/// A draw from the lognormal distribution of a mean, in whole numbers only.
///
/// @param random  what is drawn from
/// @param mean    of the distribution, up to 2^30
/// @param sigma   the standard deviation of the logarithm, from 0 to 4
/// @param tilt    0, or 1 for the distribution in which each value counts as often as it is large
[[nodiscard]] inline std::int64_t draw_lognormal(random_stream& random, std::int64_t mean, int sigma, int tilt = 0) {
    constexpr std::int64_t log2_of_e = 1549082005; // with 30 binary places
    const std::int64_t square = std::int64_t{sigma} * sigma * detail::draw_one;
    // mean * exp(sigma z - sigma^2 / 2); tilted, exp(sigma z + sigma^2 / 2)
    const std::int64_t exponent = sigma * draw_normal(random) + (tilt == 0 ? -square : square) / 2;
    const std::int64_t binary = (exponent >> 15) * (log2_of_e >> 15);
    const std::int64_t factor = detail::power_of_two(binary < 30 * detail::draw_one ? binary : 30 * detail::draw_one);
    // factor is at most 2^60: its upper half times the mean
    return (factor >> 30) > 0 ? ((factor >> 16) * mean) >> 14 : (factor * mean) >> detail::draw_bits;
}

} // namespace gpupack::workload
