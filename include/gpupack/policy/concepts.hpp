// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <concepts>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Scores a node for a request that fits it, whatever GPUs will be chosen there. The lowest set is then taken.
template <class Type>
concept node_scorer = requires(const Type& scorer, const node_view& node, const request& request) {
    { scorer(node, request) } -> score_like;
};

/// Scores a node and the GPUs chosen on it. The best choice is the node's score.
template <class Type>
concept candidate_scorer = requires(const Type& scorer, const candidate& chosen, const request& request) {
    { scorer(chosen, request) } -> score_like;
};

/// Scores nodes by one rule and, on the node that won, GPUs by another: what `node_then_gpus` makes.
template <class Type>
concept node_then_gpus_scorer = requires(const Type& scorer) {
    requires node_scorer<std::remove_cvref_t<decltype(scorer.node)>> ||
        candidate_scorer<std::remove_cvref_t<decltype(scorer.node)>>;
    requires candidate_scorer<std::remove_cvref_t<decltype(scorer.gpus)>>;
};

/// Any of the three sorts.
template <class Type>
concept any_scorer = node_scorer<Type> || candidate_scorer<Type> || node_then_gpus_scorer<Type>;

/// A value that ranks the choices of one decision.
template <class Type>
concept scorer = any_scorer<Type> && std::copyable<Type>;

/// Whether a scorer is worth remembering: it costs more than comparing two node states, and nodes of one kind in
/// one state score alike. A scorer says so by a static member `dear`; one that looks at a node's id must not.
template <class Scorer> [[nodiscard]] consteval bool is_dear() {
    if constexpr (requires { Scorer::dear; })
        return Scorer::dear;
    else
        return false;
}

/// Whether a scorer's scores depend on the whole cluster through a few bits only, its regime: scorer.regime() tells
/// them, and scorer.depends_on(changed bits, node) whether a node's scores may have changed with them.
template <class Scorer> [[nodiscard]] consteval bool has_regimes() {
    return requires(const Scorer& scorer, const node_view& node) {
        { scorer.regime() } -> std::same_as<std::uint32_t>;
        { scorer.depends_on(std::uint32_t{}, node) } -> std::same_as<bool>;
    };
}

/// Whether a scorer's scores depend on the links between the chosen GPUs, so that equal GPUs are not
/// interchangeable. A scorer says so by a static member `links`; combinations of it do, too.
template <class Scorer> [[nodiscard]] consteval bool looks_at_links() {
    if constexpr (requires { Scorer::links; })
        return Scorer::links;
    else
        return false;
}

/// Whether a scorer calls what only the host has, so that no kernel may be made of it. A scorer says so by a static
/// member `host_only`; combinations of it do, too.
template <class Scorer> [[nodiscard]] consteval bool is_host_only() {
    if constexpr (requires { Scorer::host_only; })
        return Scorer::host_only;
    else
        return false;
}

/// Calls visit(pointer, count) for each table that a scorer points to, so that they can be copied to where a kernel
/// reads them, and the pointers set. A scorer with pointers says so by a member function for_each_table(visit), which
/// names each of them and its number of entries; one without pointers needs nothing.
GPUPACK_CALLS_BACK
template <class Scorer, class Visit> GPUPACK_HD constexpr void for_each_table_of(Scorer& scorer, Visit&& visit) {
    if constexpr (requires { scorer.for_each_table(visit); }) scorer.for_each_table(visit);
}

} // namespace gpupack::policy
