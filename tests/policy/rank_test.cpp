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
        const request asked = history.any_request(on);
        const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
        if (!fit::fits(node, asked)) return;
        const policy::gpu_worst_fit scorer{};
        std::optional<policy::score> best;
        gpu_set lowest;
        for (std::uint32_t bits = 0; bits < 1U << node.gpu_count(); ++bits) { // every set, alike or not
            const gpu_set gpus = gpu_set::from_bits(bits);
            if (gpus.size() != asked.gpus || !((fit::fitting_gpus(node, asked) & gpus) == gpus)) continue;
            if (!fit::enough_together(node, asked, gpus)) continue;
            if (!fit::fits_on(node, asked, gpus, fit::lowest_slots(node, gpus, asked.share))) continue;
            const policy::score here = scorer(candidate{node, gpus}, asked);
            if (best && (here < *best || (here == *best && !(gpus < lowest)))) continue;
            best = here;
            lowest = gpus;
        }
        RC_ASSERT(policy::rank(scorer, node, asked) == *best);
        RC_ASSERT(policy::pick(scorer, node, asked).gpus == lowest);
        const policy::chosen_gpus first = policy::pick(policy::first_fit{}, node, asked);
        RC_ASSERT(first.gpus == fit::lowest_gpus(node, asked));
        RC_ASSERT(fit::fits_on(node, asked, first.gpus, first.slots));
    });
}
