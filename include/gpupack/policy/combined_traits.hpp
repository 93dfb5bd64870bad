// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The cluster flags of two scorers.
template <class First, class Second> struct joined_cluster_flags {
    First first{};   ///< Of the first part.
    Second second{}; ///< Of the second part.

    GPUPACK_HD friend constexpr bool operator==(const joined_cluster_flags& a, const joined_cluster_flags& b) noexcept {
        return a.first == b.first && a.second == b.second;
    }
    GPUPACK_HD friend constexpr joined_cluster_flags operator^(const joined_cluster_flags& a,
                                                               const joined_cluster_flags& b) noexcept {
        return {static_cast<First>(a.first ^ b.first), static_cast<Second>(a.second ^ b.second)};
    }
};

/// What all combinations of policies have of their parts. Each combination names it `combined` and forwards to it, so
/// that no property of a part is lost.
///
/// @tparam Parts  one or two policies, or the scorers that they prepared
template <class... Parts> struct combined_traits;

/// Of one part.
template <class Part> struct combined_traits<Part> {
    using traits = policy_traits<Part>; ///< Of the part.

    static constexpr policy_properties properties = traits::properties; ///< What engines must know about it.
    static constexpr bool is_prepared = traits::is_prepared;            ///< Whether a part prepares its scorer.
    /// Whether the number of a decision is all that the parts need to prepare.
    static constexpr bool is_prepared_by_ordinal = traits::is_prepared_by_ordinal;
    /// Whether a part depends on facts about the cluster.
    static constexpr bool has_cluster_flags = properties.scope == reads::cluster_flags && !is_prepared;

    /// Calls visit(pointer, count) for each table behind it.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD static constexpr void for_each_table(Visit& visit, Part& part) {
        traits::for_each_table(part, visit);
    }
    /// The facts about the cluster that the scores depend on.
    [[nodiscard]] GPUPACK_HD static constexpr auto cluster_flags(const Part& part) noexcept {
        return traits::cluster_flags(part);
    }
    /// Whether the scores of a node may differ where these facts changed.
    template <class Flags> [[nodiscard]] GPUPACK_HD static constexpr bool
    affected_by(const Flags& changed, const node_view& node, const Part& part) noexcept {
        return traits::affected_by(part, changed, node);
    }
};

/// Of two parts.
template <class First, class Second> struct combined_traits<First, Second> {
    using first_traits = policy_traits<First>;   ///< Of the first part.
    using second_traits = policy_traits<Second>; ///< Of the second part.

    /// What engines must know about it.
    static constexpr policy_properties properties = joined(first_traits::properties, second_traits::properties);
    /// Whether a part prepares its scorer.
    static constexpr bool is_prepared = first_traits::is_prepared || second_traits::is_prepared;
    /// Whether the number of a decision is all that the parts need to prepare.
    static constexpr bool is_prepared_by_ordinal =
        is_prepared && (first_traits::is_prepared_by_ordinal || !first_traits::is_prepared) &&
        (second_traits::is_prepared_by_ordinal || !second_traits::is_prepared);
    /// Whether a part depends on facts about the cluster.
    static constexpr bool has_cluster_flags = properties.scope == reads::cluster_flags && !is_prepared;

    /// Calls visit(pointer, count) for each table behind it.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD static constexpr void for_each_table(Visit& visit, First& first, Second& second) {
        first_traits::for_each_table(first, visit);
        second_traits::for_each_table(second, visit);
    }
    /// The facts about the cluster that the scores depend on.
    [[nodiscard]] GPUPACK_HD static constexpr auto cluster_flags(const First& first, const Second& second) noexcept {
        const auto of_first = first_traits::cluster_flags(first);
        const auto of_second = second_traits::cluster_flags(second);
        return joined_cluster_flags<std::remove_const_t<decltype(of_first)>, std::remove_const_t<decltype(of_second)>>{
            of_first, of_second};
    }
    /// Whether the scores of a node may differ where these facts changed.
    template <class Flags> [[nodiscard]] GPUPACK_HD static constexpr bool
    affected_by(const Flags& changed, const node_view& node, const First& first, const Second& second) noexcept {
        return first_traits::affected_by(first, changed.first, node) ||
               second_traits::affected_by(second, changed.second, node);
    }
};

/// The scorer of a part for the decision of that number; the part itself where it needs no preparation.
template <class Part>
[[nodiscard]] GPUPACK_HD constexpr auto part_at(const Part& part, std::uint64_t ordinal) noexcept {
    if constexpr (policy_traits<Part>::is_prepared)
        return part.scorer_at(ordinal);
    else
        return part;
}

} // namespace gpupack::policy
