// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

namespace detail {

/// The best candidate of a node under a candidate_scorer, which may enumerate candidates and scores itself.
template <candidate_scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr auto
best_candidate(const Scorer& scorer, const node_view& node, const request& request) noexcept {
    using score_type = decltype(scorer(candidate{}, request));
    ranked_selection<score_type> best;
    const auto offer = [&](score_type value, gpu_set gpus, slot_list slots) {
        const ranked_selection<score_type> offered{{node.id(), gpus, slots}, value};
        if (offered.precedes(best)) best = offered;
    };
    if constexpr (policy_traits<Scorer>::visits_scores)
        scorer.for_each_score(node, request, offer);
    else
        fit::for_each_candidate(
            node, request,
            [&](const candidate& each) { offer(scorer(each, request), each.gpus, each.slots); },
            policy_traits<Scorer>::properties.topology_sensitive ? fit::by_links::yes : fit::by_links::no);
    return best;
}

} // namespace detail

/// The number by which nodes compare: the score of the node, or of the best choice of GPUs on it. The request must
/// fit the node.
template <scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr auto node_score(const Scorer& scorer, const node_view& node,
                                                                      const request& request) noexcept {
    if constexpr (node_then_gpus_scorer<Scorer>)
        return policy::node_score(scorer.node, node, request);
    else if constexpr (node_scorer<Scorer>)
        return scorer(node, request);
    else
        return detail::best_candidate(scorer, node, request).score;
}

/// What to take on the node that won: the best choice there, ties to the lowest set, then to the lowest slots.
template <scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr selection
select_gpus(const Scorer& scorer, const node_view& node, const request& request) noexcept {
    if constexpr (node_then_gpus_scorer<Scorer>) {
        return policy::select_gpus(scorer.gpus, node, request);
    } else if constexpr (node_scorer<Scorer>) {
        const gpu_set gpus = fit::lowest_gpus(node, request);
        return {node.id(), gpus, fit::lowest_slots(node, gpus, request.share)};
    } else {
        return detail::best_candidate(scorer, node, request);
    }
}

} // namespace gpupack::policy
