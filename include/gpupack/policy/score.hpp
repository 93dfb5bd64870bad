// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <concepts>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How good a choice is: an integer, higher is better. Shipped policies stay within plus or minus 2^40.
using score = std::int64_t;

/// Two scores of which the second decides only where the first is equal: what `then` returns.
template <class First, class Second> struct ranked_score {
    First first{};   ///< What decides.
    Second second{}; ///< What breaks ties.

    GPUPACK_HD friend constexpr bool operator==(const ranked_score& a, const ranked_score& b) noexcept {
        return a.first == b.first && a.second == b.second;
    }
    GPUPACK_HD friend constexpr bool operator<(const ranked_score& a, const ranked_score& b) noexcept {
        return a.first < b.first || (a.first == b.first && a.second < b.second);
    }
};

namespace detail {

template <class Type> inline constexpr bool is_integer_score = std::signed_integral<Type>;
template <class First, class Second> inline constexpr bool is_integer_score<ranked_score<First, Second>> =
    is_integer_score<First>&& is_integer_score<Second>;

} // namespace detail

/// What a policy may return: a signed integer, or a ranked_score of them. No floating-point number, so that every
/// compiler and processor gives the same order.
template <class Type>
concept score_like = detail::is_integer_score<Type>;

} // namespace gpupack::policy
