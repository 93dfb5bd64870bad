// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/combine.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The scorer that normalize prepares: lowest and highest are over the nodes of the decision.
template <class Scorer> struct normalized_scorer {
    Scorer inner;
    score lowest = 0;
    score highest = 0;
    score points = 100;

    static constexpr bool links = looks_at_links<Scorer>();
    static constexpr bool host_only = is_host_only<Scorer>();

    /// The tables of what is inside.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        for_each_table_of(inner, visit);
    }

    template <class Choice>
    requires plain_scores<Scorer, Choice>
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const Choice& choice, const request& request) const noexcept {
        if (lowest == highest) return 0;
        return floor_divide((score_of(inner, choice, request) - lowest) * points, highest - lowest);
    }
};

/// A policy's score stretched so that over the nodes of one decision the lowest becomes 0 and the highest `points`.
template <class Policy> struct normalized_policy {
    Policy inner;
    score points = 100;

    static constexpr bool whole_cluster = true;

    [[nodiscard]] constexpr auto prepare(const decision& question) const {
        normalized_scorer<scorer_of<Policy>> prepared{policy::prepare(inner, question), 0, 0, points};
        bool first = true;
        for (std::uint32_t i = 0; i < question.on.size(); ++i) {
            const node_view node = question.on[node_id{i}];
            if (!fit::fits(node, question.request)) continue;
            const score here = policy::node_score(prepared.inner, node, question.request);
            if (first || here < prepared.lowest) prepared.lowest = here;
            if (first || prepared.highest < here) prepared.highest = here;
            first = false;
        }
        return prepared;
    }

    friend bool operator==(const normalized_policy&, const normalized_policy&) = default;
};

/// `normalize(a)`: min-max over the nodes that fit, to 0 ... points, rounded down; 0 for all where they are equal.
///
/// Where a looks at GPUs, a node counts by its best choice. cost: one more pass over the cluster a decision.
template <policy Policy> [[nodiscard]] constexpr auto normalize(Policy inner, score points = 100) {
    GPUPACK_EXPECTS(points > 0, "a range above 0");
    return normalized_policy<Policy>{inner, points};
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::normalize;
} // namespace gpupack
