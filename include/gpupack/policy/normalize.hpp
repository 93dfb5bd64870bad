// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/combined_traits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/mapped_policy.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/value_span.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <concepts>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Stretches a score from the range of the nodes of one decision.
struct stretch_score {
    score lowest = 0;   ///< Becomes 0.
    score highest = 0;  ///< Becomes `points`.
    score points = 100; ///< The full score.

    [[nodiscard]] GPUPACK_HD constexpr score operator()(score value) const noexcept {
        if (lowest == highest) return 0;
        return floor_divide((value - lowest) * points, highest - lowest);
    }
    friend bool operator==(const stretch_score&, const stretch_score&) = default;
};

/// The scorer that normalize prepares.
template <class Scorer> using normalized_scorer = mapped_policy<stretch_score, Scorer>;

/// Measures the nodes of one decision by their scores.
template <class Scorer> struct score_measurer {
    Scorer inner;       ///< Whose score is stretched.
    score points = 100; ///< The full score.

    /// Calls visit(pointer, count) for each table behind it.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        policy_traits<Scorer>::for_each_table(inner, visit);
    }

    /// Measures a node that fits; see device_preparation.
    [[nodiscard]] GPUPACK_HD constexpr bool measure(const node_view& node, const request& request,
                                                    score& value) const noexcept {
        if (!fit::fits(node, request)) return false;
        value = policy::node_score(inner, node, request);
        return true;
    }
    /// The scorer, once the lowest and the highest value are known.
    [[nodiscard]] GPUPACK_HD constexpr normalized_scorer<Scorer> scorer_over(const value_span& span) const noexcept {
        return {inner, {span.lowest, span.highest, points}};
    }
};

/// A policy's score stretched so that over the nodes of one decision the lowest becomes 0 and the highest `points`.
template <class Policy> struct normalized_policy {
    Policy inner;       ///< The policy whose score is stretched.
    score points = 100; ///< The full score.

    /// What it has of its parts.
    using combined = combined_traits<Policy>;
    /// What engines must know about it.
    static constexpr policy_properties properties = joined(combined::properties, {.scope = reads::cluster});

    /// Measures nodes by the inner policy, where that needs no more than the node.
    [[nodiscard]] constexpr auto measurer(const decision& decision) const
        requires(combined::properties.scope == reads::node && policy<normalized_scorer<scorer_of<Policy>>>) {
        return score_measurer<scorer_of<Policy>>{policy::prepare(inner, decision), points};
    }
    /// The scorer of one decision.
    [[nodiscard]] constexpr auto
    prepare(const decision& decision) const requires policy<normalized_scorer<scorer_of<Policy>>> {
        return prepare_over_nodes(score_measurer<scorer_of<Policy>>{policy::prepare(inner, decision), points},
                                  decision);
    }

    friend bool operator==(const normalized_policy&, const normalized_policy&) = default;
};

/// `normalize(a)`: min-max over the nodes that fit, to 0 ... points, rounded down; 0 for all where they are equal.
///
/// Where a looks at GPUs, a node counts by its best choice. Cost: one more pass over the cluster a decision.
template <policy Policy>
requires policy<normalized_policy<Policy>>
[[nodiscard]] constexpr auto normalize(Policy policy, score points = 100) {
    GPUPACK_EXPECTS(points > 0, "a range above 0");
    return normalized_policy<Policy>{policy, points};
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::normalize;
} // namespace gpupack
