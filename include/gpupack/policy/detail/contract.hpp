// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

/// What is behind the concept `policy`: the right form of each optional member, and a rule for each wrong one. A compiler
/// names the policy and the rule that it breaks, so the names of the rules are sentences.
namespace gpupack::inline GPUPACK_ABI::policy::detail {

/// A combination of policies. It forwards what its parts have, and the parts keep the contract themselves.
template <class Type>
concept combination = requires {
    typename Type::combined;
};

/// Defines the concept has_<name>: whether a class, but for combinations, has a member of that name in whatever form.
#define GPUPACK_HAS_MEMBER(name)                                                                                       \
    struct fallback_##name {                                                                                           \
        int name;                                                                                                      \
    };                                                                                                                 \
    template <class Type> struct probe_##name : Type, fallback_##name {};                                              \
    template <class Type>                                                                                              \
    concept has_##name = !combination<Type> && std::is_class_v<Type> && !std::is_final_v<Type> && !requires {          \
        &probe_##name<Type>::name;                                                                                     \
    };

GPUPACK_HAS_MEMBER(prepare)
GPUPACK_HAS_MEMBER(scorer_at)
GPUPACK_HAS_MEMBER(cluster_flags)
GPUPACK_HAS_MEMBER(affected_by)
GPUPACK_HAS_MEMBER(for_each_score)
GPUPACK_HAS_MEMBER(for_each_table)
GPUPACK_HAS_MEMBER(properties)
GPUPACK_HAS_MEMBER(effective_request)
#undef GPUPACK_HAS_MEMBER

template <class Type>
concept has_valid_prepare = requires(const Type& policy, const decision& decision) {
    { policy.prepare(decision) } -> scorer;
};

template <class Type>
concept has_valid_scorer_at = requires(const Type& policy, std::uint64_t ordinal) {
    { policy.scorer_at(ordinal) } -> scorer;
};

template <class Type>
concept has_valid_cluster_flags = requires(const Type& scorer, const node_view& node) {
    { scorer.cluster_flags() == scorer.cluster_flags() } -> std::same_as<bool>;
    { scorer.cluster_flags() ^ scorer.cluster_flags() } -> std::convertible_to<decltype(scorer.cluster_flags())>;
    { scorer.affected_by(scorer.cluster_flags(), node) } -> std::same_as<bool>;
};

/// Takes any score that for_each_score visits.
struct score_sink {
    template <score_like Score> GPUPACK_HD constexpr void operator()(Score, gpu_set, slot_list) const noexcept {}
};

template <class Type>
concept has_valid_for_each_score = candidate_scorer<Type> &&
    requires(const Type& scorer, const node_view& node, const request& request, const score_sink& visit) {
    scorer.for_each_score(node, request, visit);
};

/// Takes any table that for_each_table visits.
struct table_sink {
    template <class Entry> GPUPACK_HD constexpr void operator()(Entry*&, std::size_t) const noexcept {}
};

template <class Type>
concept has_valid_for_each_table = requires(Type& scorer, const table_sink& visit) {
    scorer.for_each_table(visit);
};

template <class Type>
concept has_valid_properties = requires {
    requires std::same_as<decltype(Type::properties), const policy_properties>;
    typename std::integral_constant<reads, Type::properties.scope>;
};

/// What a type states of itself, without what it prepares.
template <class Type> [[nodiscard]] consteval policy_properties stated_properties() {
    if constexpr (has_valid_properties<Type>)
        return Type::properties;
    else
        return {};
}

/// The scorer that a policy prepares, or the type itself.
template <class Type> struct prepared { using type = Type; };
template <has_valid_prepare Type> struct prepared<Type> {
    using type = decltype(std::declval<const Type&>().prepare(std::declval<const decision&>()));
};
template <class Type>
requires(has_valid_scorer_at<Type> && !has_valid_prepare<Type>) struct prepared<Type> {
    using type = decltype(std::declval<const Type&>().scorer_at(std::uint64_t{}));
};

/// What a policy states, joined with what the scorer that it prepares states.
template <class Type> [[nodiscard]] consteval policy_properties all_properties() {
    return joined(stated_properties<Type>(), stated_properties<typename prepared<Type>::type>());
}

template <class Type>
concept is_called_with_nodes = requires(const Type& scorer, const node_view& node, const request& request) {
    scorer(node, request);
};
template <class Type>
concept is_called_with_candidates = requires(const Type& scorer, const candidate& candidate, const request& request) {
    scorer(candidate, request);
};

template <class Type> inline constexpr bool every_score_is_an_integer =
    (!is_called_with_nodes<Type> || node_scorer<Type>)&&(!is_called_with_candidates<Type> || candidate_scorer<Type>);

template <class Type> inline constexpr bool properties_is_a_constant_policy_properties =
    !has_properties<Type> || has_valid_properties<Type>;

// Version 14 would break every alternative over three lines.
// clang-format off

/// The names that properties once had, or might be thought to have, as constants of the policy.
template <class Type>
concept has_bare_property = requires { typename std::bool_constant<bool(Type::whole_cluster)>; } ||
    requires { typename std::bool_constant<bool(Type::whole_clusters)>; } ||
    requires { typename std::bool_constant<bool(Type::dear)>; } ||
    requires { typename std::bool_constant<bool(Type::links)>; } ||
    requires { typename std::bool_constant<bool(Type::host_only)>; } ||
    requires { typename std::bool_constant<bool(Type::expensive)>; } ||
    requires { typename std::bool_constant<bool(Type::topology_sensitive)>; } ||
    requires { typename std::integral_constant<reads, Type::scope>; };

// clang-format on
template <class Type> inline constexpr bool properties_stand_in_policy_properties = !has_bare_property<Type>;

template <class Type> inline constexpr bool prepare_takes_a_decision_and_returns_a_scorer =
    (!has_prepare<Type> || has_valid_prepare<Type>)&&(!has_scorer_at<Type> || has_valid_scorer_at<Type>);

template <class Type> inline constexpr bool a_policy_that_prepares_states_its_properties =
    std::same_as<typename prepared<Type>::type, Type> || has_valid_properties<Type> ||
    has_valid_properties<typename prepared<Type>::type>;

template <class Type> inline constexpr bool cluster_flags_come_with_affected_by =
    (!has_cluster_flags<Type> && !has_affected_by<Type>) || has_valid_cluster_flags<Type>;

template <class Type> inline constexpr bool
    scope_cluster_flags_comes_with_cluster_flags = all_properties<Type>().scope != reads::cluster_flags
                                                   || has_valid_cluster_flags<typename prepared<Type>::type>;

template <class Type> inline constexpr bool
    cluster_flags_come_with_scope_cluster_flags = all_properties<Type>().scope != reads::node ||
                                                  !has_valid_cluster_flags<typename prepared<Type>::type>;

template <class Type> inline constexpr bool for_each_score_visits_score_gpus_and_slots =
    !has_for_each_score<Type> || has_valid_for_each_score<Type>;

template <class Type> inline constexpr bool own_candidates_are_visited_by_for_each_score =
    !all_properties<Type>().own_candidates || has_valid_for_each_score<typename prepared<Type>::type> ||
    node_then_gpus_scorer<typename prepared<Type>::type>;

template <class Type> inline constexpr bool for_each_table_visits_pointer_and_count =
    !has_for_each_table<Type> || has_valid_for_each_table<Type>;

template <class Type> inline constexpr bool requests_are_rounded_by_a_request_rule_not_by_a_policy =
    !has_effective_request<Type>;

/// The rules for the members of a policy, and for those of the scorer that it prepares.
template <class Type>
concept keeps_rules_of_members = every_score_is_an_integer<Type> && properties_is_a_constant_policy_properties<Type> &&
    properties_stand_in_policy_properties<Type> && prepare_takes_a_decision_and_returns_a_scorer<Type> &&
    cluster_flags_come_with_affected_by<Type> && for_each_score_visits_score_gpus_and_slots<Type> &&
    for_each_table_visits_pointer_and_count<Type> && requests_are_rounded_by_a_request_rule_not_by_a_policy<Type>;

/// All rules, for a policy and for the scorer that it prepares.
template <class Type>
concept keeps_contract = keeps_rules_of_members<Type> && keeps_rules_of_members<typename prepared<Type>::type> &&
    a_policy_that_prepares_states_its_properties<Type> && scope_cluster_flags_comes_with_cluster_flags<Type> &&
    cluster_flags_come_with_scope_cluster_flags<Type> && own_candidates_are_visited_by_for_each_score<Type>;

/// Instantiates for_each_table, so that one that visits in a wrong form does not wait for a GPU to be found.
template <class Scorer> consteval void instantiate_for_each_table() {
    if constexpr (has_for_each_table<Scorer>) (void)[](Scorer & scorer, const table_sink& visit) {
            scorer.for_each_table(visit);
        };
}

} // namespace gpupack::policy::detail
