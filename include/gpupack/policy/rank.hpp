// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The GPUs that a policy takes on a node, and the slots on them for instances.
struct chosen_gpus {
    gpu_set gpus{};
    slot_list slots{};

    friend constexpr bool operator==(const chosen_gpus&, const chosen_gpus&) = default;
};

namespace detail {

/// The best candidate of a node: the highest score, then the lowest set, then the lowest slots.
template <class Score> struct best_choice {
    Score score{};
    gpu_set gpus{};
    slot_list slots{};
    bool found = false;

    GPUPACK_HD constexpr void offer(const Score& offered, gpu_set set, slot_list at = {}) noexcept {
        if (found) {
            if (offered < score) return;
            if (offered == score && !(set < gpus) && !(set == gpus && at < slots)) return;
        }
        score = offered;
        gpus = set;
        slots = at;
        found = true;
    }
};

/// The best candidate of a node under a candidate_scorer, which may enumerate candidates and scores itself.
template <candidate_scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr auto
best_candidate(const Scorer& scorer, const node_view& node, const request& request) noexcept {
    using score_type = decltype(scorer(candidate{}, request));
    best_choice<score_type> best;
    if constexpr (requires { scorer.for_each_score(node, request, [](score_type, gpu_set, slot_list) {}); })
        scorer.for_each_score(node, request, [&](score_type offered, gpu_set gpus, slot_list slots) {
            best.offer(offered, gpus, slots);
        });
    else
        fit::for_each_candidate(
            node, request,
            [&](const candidate& chosen) { best.offer(scorer(chosen, request), chosen.gpus, chosen.slots); },
            looks_at_links<Scorer>() ? fit::by_links::yes : fit::by_links::no);
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
template <scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr chosen_gpus
select_gpus(const Scorer& scorer, const node_view& node, const request& request) noexcept {
    if constexpr (node_then_gpus_scorer<Scorer>) {
        return policy::select_gpus(scorer.gpus, node, request);
    } else if constexpr (node_scorer<Scorer>) {
        const gpu_set gpus = fit::lowest_gpus(node, request);
        return {gpus, fit::lowest_slots(node, gpus, request.share)};
    } else {
        const auto best = detail::best_candidate(scorer, node, request);
        return {best.gpus, best.slots};
    }
}

} // namespace gpupack::policy
