// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/rank.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

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

// An instance on each of several GPUs starts where the policy would start one instance there.
TEST(rank, starts_several_instances_where_the_policy_starts_one) {
    const node_spec spec{.cpu = 64_cores, .gpus = {3, models::a100_80gb}};
    cluster on = cluster_builder{}.add_nodes(1, spec).build().value();
    const share profile = mig_profile(on.models(), "1g.10gb").value();
    const request one{.gpus = 1, .share = profile};
    (void)on.take(node_id{}, gpu_set::of(1), one,
                  slot_list{policy::select_gpus(policy::first_fit{}, on[node_id{}], one).slots[0]});
    const auto scorer = policy::mig_fragmentation{}.prepare({on, one, 0});
    for (int gpus = 2; gpus <= 3; ++gpus) {
        const request several{.gpus = gpus, .share = profile};
        const selection chosen = policy::select_gpus(scorer, on[node_id{}], several);
        ASSERT_TRUE(fit::fits_on(on[node_id{}], several, chosen.gpus, chosen.slots));
        bool lowest_everywhere = true;
        for_each_gpu_indexed(chosen.gpus, [&](int nth, int i) {
            request there = one;
            there.ids = gpu_choice{true};
            (void)there.ids.add(node_id{}, gpu_set::of(i));
            EXPECT_EQ(chosen.slots[nth], policy::select_gpus(scorer, on[node_id{}], there).slots[0]) << i;
            lowest_everywhere = lowest_everywhere && chosen.slots[nth] == fit::lowest_slot(on[node_id{}], i, profile);
        });
        EXPECT_FALSE(lowest_everywhere);
        EXPECT_EQ(policy::node_score(scorer, on[node_id{}], several),
                  scorer(candidate{on[node_id{}], chosen.gpus, chosen.slots}, several));
    }
}
