// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/detail/contract.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::policy {

/// A policy that needs a scorer for each decision: it has prepare(decision), or, where the number of the decision is all
/// that it needs, scorer_at(ordinal).
template <class Type>
concept preparable = detail::has_valid_prepare<Type> || detail::has_valid_scorer_at<Type>;

/// A policy: a small regular value that is a scorer, or that prepares one for each decision.
///
/// A policy of your own is copyable and callable with (node_view, request) or (candidate, request). All else is
/// optional and stands in policy_properties and policy_traits. What is written there in a wrong form does not compile.
template <class Type>
concept policy = std::copyable<Type> && detail::keeps_contract<Type> &&(preparable<Type> || scorer<Type>);

/// The scorer that a policy uses for one decision; the policy itself where it needs no preparation.
template <policy Policy> [[nodiscard]] constexpr auto prepare(const Policy& policy, const decision& decision) {
    detail::instantiate_for_each_table<typename detail::prepared<Policy>::type>();
    if constexpr (detail::has_valid_prepare<Policy>)
        return policy.prepare(decision);
    else if constexpr (preparable<Policy>)
        return policy.scorer_at(decision.ordinal);
    else
        return policy;
}

/// The type of that scorer.
template <policy Policy> using scorer_of =
    decltype(policy::prepare(std::declval<const Policy&>(), std::declval<const decision&>()));

/// The flags of a scorer that depends on nothing beyond the node.
struct no_cluster_flags {
    GPUPACK_HD friend constexpr bool operator==(no_cluster_flags, no_cluster_flags) noexcept { return true; }
    GPUPACK_HD friend constexpr no_cluster_flags operator^(no_cluster_flags, no_cluster_flags) noexcept { return {}; }
};

/// All that engines, plans and kernels may ask of a policy, or of the scorer that it prepared, beyond its scores.
///
/// A policy states what it is by `static constexpr policy_properties properties{...}`, and does more by these member
/// functions. All are optional, and those in a wrong form do not compile:
///
/// - `auto prepare(const decision&) const` returns the scorer of one decision.
/// - `auto scorer_at(std::uint64_t ordinal) const` does so from the number of the decision alone, also in a kernel.
/// - `Flags cluster_flags() const` and `bool affected_by(Flags changed, const node_view&) const`, of a scorer whose
///   scope is reads::cluster_flags: the facts about the cluster that its scores depend on, as a value with `==` and `^`,
///   and whether the scores of a node may differ where those facts changed.
/// - `void for_each_score(const node_view&, const request&, Visit&&) const` calls visit(score, gpu_set, slot_list) for
///   the candidates of a node, where that is faster than one call a candidate.
/// - `void for_each_table(Visit&&)` calls visit(pointer, count) for each pointer of the scorer, so that its tables can be
///   copied to a GPU and the pointers set.
/// - `auto measurer(const decision&) const`, of a policy whose scorer depends on the lowest and the highest of a value over
///   the nodes: see the concept measuring.
/// - `device_preparation`, a type: how decisions are prepared in a batch on a GPU, for a policy that is made of several
///   which look at the whole cluster: see device_preparation.hpp.
template <class Policy> struct policy_traits {
    /// What the policy states, joined with what its scorer states.
    static constexpr policy_properties properties = [] {
        if constexpr (preparable<Policy>)
            return joined(detail::stated_properties<Policy>(), policy_traits<scorer_of<Policy>>::properties);
        else
            return detail::stated_properties<Policy>();
    }();
    /// Whether prepare() makes a scorer of another type.
    static constexpr bool is_prepared = preparable<Policy>;
    /// Whether the number of the decision is all that prepare() needs.
    static constexpr bool is_prepared_by_ordinal = detail::has_valid_scorer_at<Policy>;
    /// Whether the scores of a node may be kept for later decisions, until the node or the cluster's flags change.
    static constexpr bool keeps_scores = properties.scope != reads::cluster;
    /// Whether a search should remember the score of each node state that it meets.
    static constexpr bool remembers_states = properties.expensive && !properties.node_id_sensitive;
    /// Whether the policy visits the scores of a node's candidates itself.
    static constexpr bool visits_scores = detail::has_valid_for_each_score<Policy>;

    /// The facts about the cluster that the scores of a prepared scorer depend on.
    [[nodiscard]] GPUPACK_HD static constexpr auto cluster_flags(const Policy& scorer) noexcept {
        if constexpr (detail::has_valid_cluster_flags<Policy>)
            return scorer.cluster_flags();
        else
            return no_cluster_flags{};
    }

    /// Whether the scores of a node may differ where these facts changed.
    template <class Flags> [[nodiscard]] GPUPACK_HD static constexpr bool
    affected_by(const Policy& scorer, const Flags& changed, const node_view& node) noexcept {
        if constexpr (detail::has_valid_cluster_flags<Policy>)
            return scorer.affected_by(changed, node);
        else
            return false;
    }

    /// Calls visit(pointer, count) for each table of a scorer.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD static constexpr void for_each_table(Policy& scorer, Visit&& visit) {
        if constexpr (detail::has_valid_for_each_table<Policy>) scorer.for_each_table(visit);
    }
};

} // namespace gpupack::policy
