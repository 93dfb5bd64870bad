// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/joined_policy.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Puts one score before another.
struct rank_scores {
    template <score_like First, score_like Second> [[nodiscard]] GPUPACK_HD constexpr ranked_score<First, Second>
    operator()(const First& first, const Second& second) const noexcept {
        return {first, second};
    }
    friend bool operator==(const rank_scores&, const rank_scores&) = default;
};

/// Decides by the first policy, and by the second among what the first finds equal.
template <class First, class Second> using then_policy = joined_policy<rank_scores, First, Second>;

/// `then(a, b)`: b breaks a's ties.
template <policy First, policy Second>
requires policy<then_policy<First, Second>>
[[nodiscard]] constexpr auto then(First first, Second second) {
    return then_policy<First, Second>{first, second};
}
/// `then(a, b, c)`: c breaks b's ties, too.
template <policy First, policy Second, policy... Rest>
[[nodiscard]] constexpr auto then(First first, Second second, Rest... rest) {
    return policy::then(first, policy::then(second, rest...));
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::then;
} // namespace gpupack
