// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <concepts>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Whether a scorer can score a choice: a node by a node_scorer, a candidate by either sort.
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

/// Whether a scorer's scores are plain numbers, which alone can be added, scaled and divided.
template <class Scorer, class Choice>
concept plain_scores = scores<Scorer, Choice> &&
    requires(const Scorer& scorer, const Choice& choice, const request& request) {
    { policy::score_of(scorer, choice, request) } -> std::same_as<score>;
};

} // namespace gpupack::policy
