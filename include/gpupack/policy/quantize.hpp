// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/policy/combine.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// A policy's score in whole steps, so that a later policy decides among near-equals.
template <class Policy> struct quantized_policy {
    Policy inner;
    score step = 1;

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
        return floor_divide(score_of(inner, choice, request), step);
    }

    [[nodiscard]] constexpr auto prepare(const decision& question) const requires preparable<Policy> {
        auto prepared = policy::prepare(inner, question);
        return quantized_policy<decltype(prepared)>{prepared, step};
    }

    friend bool operator==(const quantized_policy&, const quantized_policy&) = default;
};

/// `quantize(a, step)`: a's score divided by the step, rounded down. The step is positive, in a's own points
/// (thousandths for a weighted sum).
template <policy Policy>
requires policy<quantized_policy<Policy>>
[[nodiscard]] constexpr auto quantize(Policy inner, score step) {
    GPUPACK_EXPECTS(step > 0, "a step above 0");
    return quantized_policy<Policy>{inner, step};
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::quantize;
} // namespace gpupack
