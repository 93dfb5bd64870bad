// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/joined_policy.hpp>
#include <gpupack/policy/mapped_policy.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Multiplies a score by a weight.
struct weigh_score {
    std::int64_t thousandths = 1000; ///< The weight, in thousandths: 700 turns 1 into 700.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(score value) const noexcept { return thousandths * value; }
    friend bool operator==(const weigh_score&, const weigh_score&) = default;
};

/// Adds two scores.
struct add_scores {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(score first, score second) const noexcept {
        return first + second;
    }
    friend bool operator==(const add_scores&, const add_scores&) = default;
};

/// A policy's score times a weight, in thousandths of a point: `0.7 * a` scores 700 a.
template <class Policy> using weighted_policy = mapped_policy<weigh_score, Policy>;

/// The sum of two policies' scores.
template <class First, class Second> using sum_policy = joined_policy<add_scores, First, Second>;

/// `0.7 * a`: the weight is rounded to the nearest thousandth and lies within plus or minus 1000.
template <policy Policy>
requires policy<weighted_policy<Policy>>
[[nodiscard]] constexpr auto operator*(double weight, Policy policy) {
    GPUPACK_EXPECTS(weight >= -1000.0 && weight <= 1000.0, "a weight from -1000 to 1000");
    const double scaled = weight * 1000.0;
    return weighted_policy<Policy>{policy, {static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5)}};
}

/// `0.7 * a + 0.3 * b`. Both scores must be plain integers: not those of `then`.
template <policy First, policy Second>
requires policy<sum_policy<First, Second>>
[[nodiscard]] constexpr auto operator+(First first, Second second) {
    return sum_policy<First, Second>{first, second};
}

} // namespace gpupack::policy
