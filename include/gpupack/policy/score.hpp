// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How good a choice is: a whole number, higher is better. Shipped policies stay within plus or minus 2^40.
using score = std::int64_t;

/// Two scores of which the second decides only where the first is equal: what `then` returns.
template <class First, class Second> struct ranked_score {
    First first{};
    Second second{};

    GPUPACK_HD friend constexpr bool operator==(const ranked_score& a, const ranked_score& b) noexcept {
        return a.first == b.first && a.second == b.second;
    }
    GPUPACK_HD friend constexpr bool operator<(const ranked_score& a, const ranked_score& b) noexcept {
        return a.first < b.first || (a.first == b.first && a.second < b.second);
    }
};

/// What a policy may return: a score, or something else that is small, flat and totally ordered.
template <class Type>
concept score_like = std::is_trivially_copyable_v<Type> && std::default_initializable<Type> &&
    requires(const Type& a, const Type& b) {
    { a < b } -> std::convertible_to<bool>;
    { a == b } -> std::convertible_to<bool>;
};

} // namespace gpupack::policy
