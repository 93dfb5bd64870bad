// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/policy/combined_traits.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// A policy whose score is a function of another policy's score: what `*`, quantize and normalize make.
///
/// @tparam Map    a small value, called with a score, that returns a score and never swaps the order of two
/// @tparam Inner  the other policy, or its scorer
template <class Map, class Inner> struct mapped_policy {
    Inner inner; ///< The policy whose score is mapped.
    Map map{};   ///< What is done to it.

    /// What it has of its parts.
    using combined = combined_traits<Inner>;
    static constexpr policy_properties properties = combined::properties; ///< What engines must know about it.

    template <class Choice>
    requires plain_scores<Inner, Choice>
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const Choice& choice, const request& request) const noexcept {
        return map(score_of(inner, choice, request));
    }

    /// Visits the scores of the candidates of a node: visit(score, gpus, slots).
    template <class Visit>
    requires(policy_traits<Inner>::visits_scores) GPUPACK_HD
        constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        inner.for_each_score(node, request,
                             [&](score value, gpu_set gpus, slot_list slots) { visit(map(value), gpus, slots); });
    }

    /// Calls visit(pointer, count) for each table behind it.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        combined::for_each_table(visit, inner);
    }

    /// The facts about the cluster that the scores depend on.
    [[nodiscard]] GPUPACK_HD constexpr auto cluster_flags() const noexcept requires(combined::has_cluster_flags) {
        return combined::cluster_flags(inner);
    }
    /// Whether the scores of a node may differ where these facts changed.
    template <class Flags>
    requires(combined::has_cluster_flags) [[nodiscard]] GPUPACK_HD
        constexpr bool affected_by(const Flags& changed, const node_view& node) const noexcept {
        return combined::affected_by(changed, node, inner);
    }

    /// The scorer of one decision.
    [[nodiscard]] constexpr auto prepare(const decision& decision) const requires(combined::is_prepared) {
        auto prepared = policy::prepare(inner, decision);
        return mapped_policy<Map, decltype(prepared)>{prepared, map};
    }
    /// The scorer of the decision of that number.
    [[nodiscard]] GPUPACK_HD constexpr auto scorer_at(std::uint64_t ordinal) const noexcept
        requires(combined::is_prepared_by_ordinal) {
        auto prepared = part_at(inner, ordinal);
        return mapped_policy<Map, decltype(prepared)>{prepared, map};
    }

    friend bool operator==(const mapped_policy&, const mapped_policy&) = default;
};

} // namespace gpupack::policy
