// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/combine.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// A policy's score times a weight, in thousandths of a point: `0.7 * a` scores 700 a.
template <class Policy> struct weighted_policy {
    Policy inner;
    std::int64_t thousandths = 1000;

    static constexpr bool whole_cluster = looks_at_whole_cluster<Policy>();
    static constexpr bool links = looks_at_links<Policy>();
    static constexpr bool host_only = is_host_only<Policy>();

    /// The tables of what is inside.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        for_each_table_of(inner, visit);
    }

    template <class Choice>
    requires plain_scores<Policy, Choice>
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const Choice& choice, const request& request) const noexcept {
        return thousandths * score_of(inner, choice, request);
    }

    [[nodiscard]] constexpr auto prepare(const decision& question) const requires preparable<Policy> {
        auto prepared = policy::prepare(inner, question);
        return weighted_policy<decltype(prepared)>{prepared, thousandths};
    }

    friend bool operator==(const weighted_policy&, const weighted_policy&) = default;
};

/// The sum of two policies' scores.
template <class First, class Second> struct sum_policy {
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
    requires plain_scores<First, Choice> && plain_scores<Second, Choice>
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const Choice& choice, const request& request) const noexcept {
        return score_of(first, choice, request) + score_of(second, choice, request);
    }

    [[nodiscard]] constexpr auto prepare(const decision& question) const
        requires(preparable<First> || preparable<Second>) {
        auto a = policy::prepare(first, question);
        auto b = policy::prepare(second, question);
        return sum_policy<decltype(a), decltype(b)>{a, b};
    }

    friend bool operator==(const sum_policy&, const sum_policy&) = default;
};

/// `0.7 * a`: the weight is rounded to the nearest thousandth and lies within plus or minus 1000.
template <policy Policy>
requires policy<weighted_policy<Policy>>
[[nodiscard]] constexpr auto operator*(double weight, Policy inner) {
    GPUPACK_EXPECTS(weight >= -1000.0 && weight <= 1000.0, "a weight from -1000 to 1000");
    const double scaled = weight * 1000.0;
    return weighted_policy<Policy>{inner, static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5)};
}

/// `0.7 * a + 0.3 * b`. Both scores must be plain numbers: not those of `then`.
template <policy First, policy Second>
requires policy<sum_policy<First, Second>>
[[nodiscard]] constexpr auto operator+(First first, Second second) {
    return sum_policy<First, Second>{first, second};
}

} // namespace gpupack::policy
