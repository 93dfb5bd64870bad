// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/rank.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(rank, of_a_candidate_scorer_is_the_best_over_all_sets_and_pick_the_lowest_that_has_it) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
        if (!fit::fits(node, request)) return;
        const policy::gpu_worst_fit scorer{};
        std::optional<policy::score> best;
        gpu_set lowest;
        for (std::uint32_t bits = 0; bits < 1U << node.gpu_count(); ++bits) { // every set, alike or not
            const gpu_set gpus = gpu_set::from_bits(bits);
            if (gpus.size() != request.gpus || !((fit::fitting_gpus(node, request) & gpus) == gpus)) continue;
            if (!fit::enough_together(node, request, gpus)) continue;
            if (!fit::fits_on(node, request, gpus, fit::lowest_slots(node, gpus, request.share))) continue;
            const policy::score here = scorer(candidate{node, gpus}, request);
            if (best && (here < *best || (here == *best && !(gpus < lowest)))) continue;
            best = here;
            lowest = gpus;
        }
        RC_ASSERT(policy::node_score(scorer, node, request) == *best);
        RC_ASSERT(policy::select_gpus(scorer, node, request).gpus == lowest);
        const selection first = policy::select_gpus(policy::first_fit{}, node, request);
        RC_ASSERT(first.gpus == fit::lowest_gpus(node, request));
        RC_ASSERT(fit::fits_on(node, request, first.gpus, first.slots));
    });
}
