// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// 10^(part / whole) for 0 <= part <= whole, in units of 2^-28.
///
/// Rounding: the exponent down at 2^-28, each of at most 28 products down; the error stays under 2^-20.
/// Source: repeated square roots of 10 in 28-bit fixed point.
[[nodiscard]] GPUPACK_HD constexpr std::int64_t nomad_power_of_ten(std::int64_t part, std::int64_t whole) noexcept {
    constexpr std::int64_t one = std::int64_t{1} << 28;
    constexpr std::int64_t roots[] = {
#include <gpupack/dialect/nomad/detail/pow10_roots.inc>
    };
    if (part >= whole) return 10 * one;
    std::int64_t result = one;
    for (int i = 0; i < 28; ++i) {
        part *= 2;
        if (part < whole) continue;
        part -= whole;
        result = (result * roots[i]) >> 28;
    }
    return result;
}

namespace detail {

/// 10^(free CPU) + 10^(free memory) once the request is placed, each free part from 0 to 1, in units of 2^-28.
[[nodiscard]] GPUPACK_HD constexpr std::int64_t nomad_free_powers(const node_view& node,
                                                                  const request& request) noexcept {
    return nomad_power_of_ten((node.cpu_free() - request.cpu).count(), node.cpu().count()) +
           nomad_power_of_ten((node.memory_free() - request.memory).count(), node.memory().count());
}

} // namespace detail

/// Prefers the node with the least CPU and memory free: 20 - (10^free_cpu + 10^free_memory), within 0 to 18.
///
/// Score: in units of 2^-28 of a point; GPUs do not count. A node without CPU or memory counts as all free.
/// Source: Google's BestFit v3 as used by Nomad's binpack (docs/sources.md#nomad).
struct nomad_binpack {
    /// One point of Nomad's score.
    static constexpr policy::score point = policy::score{1} << 28;

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        const policy::score fit = 20 * point - detail::nomad_free_powers(node, request);
        return fit < 0 ? 0 : fit > 18 * point ? 18 * point : fit;
    }
    friend bool operator==(const nomad_binpack&, const nomad_binpack&) = default;
};

/// Prefers the node with the most CPU and memory free: (10^free_cpu + 10^free_memory) - 2, within 0 to 18.
///
/// Score: in units of 2^-28 of a point; GPUs do not count.
/// Source: Nomad's spread scheduling algorithm (docs/sources.md#nomad).
struct nomad_spread {
    /// One point of Nomad's score.
    static constexpr policy::score point = policy::score{1} << 28;

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        const policy::score fit = detail::nomad_free_powers(node, request) - 2 * point;
        return fit < 0 ? 0 : fit > 18 * point ? 18 * point : fit;
    }
    friend bool operator==(const nomad_spread&, const nomad_spread&) = default;
};

static_assert(policy::scorer<nomad_binpack> && policy::scorer<nomad_spread>);

} // namespace gpupack::dialect
