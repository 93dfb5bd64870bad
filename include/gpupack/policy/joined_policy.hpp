// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/combined_traits.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Which of two policies visits the candidates of a node for both.
enum class visiting_part : std::uint8_t { neither, first, second };

/// The part whose for_each_score serves a combination of both: the one that has candidates of its own; else the first one
/// that visits scores, if it tells apart all GPUs that the combination tells apart.
template <class First, class Second> [[nodiscard]] consteval visiting_part find_visiting_part() {
    using first = policy_traits<First>;
    using second = policy_traits<Second>;
    static_assert(!first::properties.own_candidates || !second::properties.own_candidates,
                  "two policies that each choose candidates of their own cannot be combined, but by node_then_gpus");
    if (first::properties.own_candidates) return visiting_part::first;
    if (second::properties.own_candidates) return visiting_part::second;
    const bool needs_links = first::properties.topology_sensitive || second::properties.topology_sensitive;
    if (first::visits_scores && first::properties.topology_sensitive == needs_links) return visiting_part::first;
    if (second::visits_scores && second::properties.topology_sensitive == needs_links) return visiting_part::second;
    return visiting_part::neither;
}

/// A policy whose score is a function of two policies' scores: what `then` and `+` make.
///
/// @tparam Join    a small value, called with both scores, that returns one
/// @tparam First   a policy, or its scorer
/// @tparam Second  a policy, or its scorer
template <class Join, class First, class Second> struct joined_policy {
    First first;   ///< The policy of the first score.
    Second second; ///< The policy of the second score.

    /// What it has of its parts.
    using combined = combined_traits<First, Second>;
    static constexpr policy_properties properties = combined::properties; ///< What engines must know about it.

    template <class Choice>
    requires scores<First, Choice> && scores<Second, Choice> &&
        requires(const First& a, const Second& b, const Choice& choice, const request& request) {
        Join{}(score_of(a, choice, request), score_of(b, choice, request));
    }
    [[nodiscard]] GPUPACK_HD constexpr auto operator()(const Choice& choice, const request& request) const noexcept {
        return Join{}(score_of(first, choice, request), score_of(second, choice, request));
    }

    /// Visits the scores of the candidates of a node: visit(score, gpus, slots).
    template <class Visit>
    requires(find_visiting_part<First, Second>() != visiting_part::neither) GPUPACK_HD
        constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        if constexpr (find_visiting_part<First, Second>() == visiting_part::first)
            first.for_each_score(node, request, [&](const auto& value, gpu_set gpus, slot_list slots) {
                visit(Join{}(value, score_of(second, candidate{node, gpus, slots}, request)), gpus, slots);
            });
        else
            second.for_each_score(node, request, [&](const auto& value, gpu_set gpus, slot_list slots) {
                visit(Join{}(score_of(first, candidate{node, gpus, slots}, request), value), gpus, slots);
            });
    }

    /// Calls visit(pointer, count) for each table behind it.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        combined::for_each_table(visit, first, second);
    }

    /// The facts about the cluster that the scores depend on.
    [[nodiscard]] GPUPACK_HD constexpr auto cluster_flags() const noexcept requires(combined::has_cluster_flags) {
        return combined::cluster_flags(first, second);
    }
    /// Whether the scores of a node may differ where these facts changed.
    template <class Flags>
    requires(combined::has_cluster_flags) [[nodiscard]] GPUPACK_HD
        constexpr bool affected_by(const Flags& changed, const node_view& node) const noexcept {
        return combined::affected_by(changed, node, first, second);
    }

    /// The scorer of one decision.
    [[nodiscard]] constexpr auto prepare(const decision& decision) const requires(combined::is_prepared) {
        auto a = policy::prepare(first, decision);
        auto b = policy::prepare(second, decision);
        return joined_policy<Join, decltype(a), decltype(b)>{a, b};
    }
    /// The scorer of the decision of that number.
    [[nodiscard]] GPUPACK_HD constexpr auto scorer_at(std::uint64_t ordinal) const noexcept
        requires(combined::is_prepared_by_ordinal) {
        auto a = part_at(first, ordinal);
        auto b = part_at(second, ordinal);
        return joined_policy<Join, decltype(a), decltype(b)>{a, b};
    }

    friend bool operator==(const joined_policy&, const joined_policy&) = default;
};

} // namespace gpupack::policy
