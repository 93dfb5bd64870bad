// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Chooses where the requests of a batch go, one after the other in their order, without placing them.
///
/// Cost: a copy of the cluster, and a decision for each request.
///
/// @param cluster   stays as it is: commit_batch() takes what was chosen
/// @param policy    which choice is the best
/// @param requests  valid
/// @param rule      what is placed for a request
/// @param engine    how the best choice is found; all give the same answer
/// @return          [requests] where each goes
template <policy::policy Policy, search::engine Engine = search::indexed>
[[nodiscard]] std::vector<selection> place_batch(const cluster& cluster, const Policy& policy,
                                                 const std::vector<request>& requests,
                                                 request_rule rule = request_rule::as_requested, Engine engine = {}) {
    scheduler<Policy, Engine> trial{cluster, policy, std::move(engine), rule};
    trial.reserve(requests.size());
    std::vector<selection> choices(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i)
        if (const auto placed = trial.try_place(requests[i])) choices[i] = {placed->node, placed->gpus, placed->slots};
    return choices;
}

/// Takes what was chosen for a batch.
///
/// @param cluster   in the state for which the choices were made
/// @param requests  the batch
/// @param choices   [requests]
/// @param rule      the rule that the choices were made with
/// @return          [requests] the placements, each to be given back on its own
[[nodiscard]] inline std::vector<std::optional<placement>>
commit_batch(cluster& cluster, const std::vector<request>& requests, const std::vector<selection>& choices,
             request_rule rule = request_rule::as_requested) {
    GPUPACK_EXPECTS(requests.size() == choices.size(), "a choice for each request");
    std::vector<std::optional<placement>> placed(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (!choices[i].found()) continue;
        const request effective = effective_request(rule, requests[i]);
        placed[i] = cluster.take(choices[i].node, choices[i].gpus, effective, choices[i].slots,
                                 rounding_overhead(effective, requests[i]));
    }
    return placed;
}

} // namespace gpupack::plan
