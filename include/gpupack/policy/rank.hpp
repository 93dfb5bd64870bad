#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::policy {

namespace detail {

/// The best candidate of a node: the highest score, then the lowest set.
template <class Score> struct best_choice {
    Score score{};
    gpu_set gpus{};
    bool found = false;

    GPUPACK_HD constexpr void offer(const Score& offered, gpu_set set) noexcept {
        if (found && (offered < score || (offered == score && !(set < gpus)))) return;
        score = offered;
        gpus = set;
        found = true;
    }
};

/// The best candidate of a node under a candidate_scorer, which may enumerate candidates and scores itself.
template <candidate_scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr auto
best_candidate(const Scorer& scorer, const node_view& node, const request& asked) noexcept {
    using score_type = decltype(scorer(candidate{}, asked));
    best_choice<score_type> best;
    if constexpr (requires { scorer.for_each_score(node, asked, [](score_type, gpu_set) {}); })
        scorer.for_each_score(node, asked, [&](score_type offered, gpu_set gpus) { best.offer(offered, gpus); });
    else
        fit::for_each_candidate(node, asked,
                                [&](const candidate& chosen) { best.offer(scorer(chosen, asked), chosen.gpus); });
    return best;
}

} // namespace detail

/// The number by which nodes compare: the score of the node, or of the best choice of GPUs on it. The request must
/// fit the node.
template <scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr auto rank(const Scorer& scorer, const node_view& node,
                                                                      const request& asked) noexcept {
    if constexpr (two_level_scorer<Scorer>)
        return policy::rank(scorer.node, node, asked);
    else if constexpr (node_scorer<Scorer>)
        return scorer(node, asked);
    else
        return detail::best_candidate(scorer, node, asked).score;
}

/// The GPUs to take on the node that won: the best choice there, ties to the lowest set.
template <scorer Scorer> [[nodiscard]] GPUPACK_HD constexpr gpu_set
pick(const Scorer& scorer, const node_view& node, const request& asked) noexcept {
    if constexpr (two_level_scorer<Scorer>)
        return policy::pick(scorer.gpus, node, asked);
    else if constexpr (node_scorer<Scorer>)
        return fit::lowest_gpus(node, asked);
    else
        return detail::best_candidate(scorer, node, asked).gpus;
}

} // namespace gpupack::policy
