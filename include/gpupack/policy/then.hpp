// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/combine.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Decides by the first policy, and by the second among what the first finds equal.
template <class First, class Second> struct then_policy {
    First first;
    Second second;

    static constexpr bool whole_cluster = looks_at_whole_cluster<First>() || looks_at_whole_cluster<Second>();
    static constexpr bool links = looks_at_links<First>() || looks_at_links<Second>();
    static constexpr bool host_only = is_host_only<First>() || is_host_only<Second>();

    /// The tables of both.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        for_each_table_of(first, visit);
        for_each_table_of(second, visit);
    }

    template <class Choice>
    requires scores<First, Choice> && scores<Second, Choice>
    [[nodiscard]] GPUPACK_HD constexpr auto operator()(const Choice& choice, const request& request) const noexcept {
        const auto leading = score_of(first, choice, request);
        const auto following = score_of(second, choice, request);
        return ranked_score<std::remove_const_t<decltype(leading)>, std::remove_const_t<decltype(following)>>{
            leading, following};
    }

    [[nodiscard]] constexpr auto prepare(const decision& question) const
        requires(preparable<First> || preparable<Second>) {
        auto leading = policy::prepare(first, question);
        auto following = policy::prepare(second, question);
        return then_policy<decltype(leading), decltype(following)>{leading, following};
    }

    friend bool operator==(const then_policy&, const then_policy&) = default;
};

/// `then(a, b)`: b breaks a's ties. `then(a, b, c)`: and c breaks b's.
template <policy First, policy Second>
requires policy<then_policy<First, Second>>
[[nodiscard]] constexpr auto then(First first, Second second) {
    return then_policy<First, Second>{first, second};
}
template <policy First, policy Second, policy... Rest>
[[nodiscard]] constexpr auto then(First first, Second second, Rest... rest) {
    return policy::then(first, policy::then(second, rest...));
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::then;
} // namespace gpupack
