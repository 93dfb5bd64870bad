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
concept candidate_scorer = requires(const Type& scorer, const candidate& candidate, const request& request) {
    { scorer(candidate, request) } -> score_like;
};

/// Scores nodes by one rule and, on the node that won, GPUs by another: what `node_then_gpus` makes.
template <class Type>
concept node_then_gpus_scorer = requires(const Type& scorer) {
    requires node_scorer<std::remove_cvref_t<decltype(scorer.node)>> ||
        candidate_scorer<std::remove_cvref_t<decltype(scorer.node)>>;
    requires candidate_scorer<std::remove_cvref_t<decltype(scorer.gpus)>>;
};

/// A value that ranks the choices of one decision, in one of the three ways.
template <class Type>
concept scorer = std::copyable<Type> &&(node_scorer<Type> || candidate_scorer<Type> || node_then_gpus_scorer<Type>);

/// Whether a scorer can score a choice: a node_scorer scores nodes and candidates, a candidate_scorer candidates.
template <class Scorer, class Choice>
concept scores = (std::same_as<Choice, node_view> && node_scorer<Scorer>) ||
                 (std::same_as<Choice, candidate> && (node_scorer<Scorer> || candidate_scorer<Scorer>));

/// The score of a choice; a node_scorer looks at the node of a candidate.
template <class Choice, scores<Choice> Scorer> [[nodiscard]] GPUPACK_HD constexpr auto
score_of(const Scorer& scorer, const Choice& choice, const request& request) noexcept {
    if constexpr (std::same_as<Choice, candidate> && !candidate_scorer<Scorer>)
        return scorer(choice.node, request);
    else
        return scorer(choice, request);
}

/// Whether a scorer's scores are plain integers, which can be added, scaled and divided; those of `then` cannot.
template <class Scorer, class Choice>
concept plain_scores = scores<Scorer, Choice> &&
    requires(const Scorer& scorer, const Choice& choice, const request& request) {
    { policy::score_of(scorer, choice, request) } -> std::signed_integral;
};

} // namespace gpupack::policy
