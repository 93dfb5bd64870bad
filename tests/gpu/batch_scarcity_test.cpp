// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/batch_scarcity.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(batch_scarcity, prices_each_decision_as_the_policy_does) {
    check_batches([](const task_mix& mix, std::uint64_t) { return policy::mig_scarcity{mix}; });
}

// The sums that a walk keeps are those of the cluster after it.
TEST(batch_scarcity, counts_places_as_the_cluster_does) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        drawn_batch drawn = drawn_batch::from(seed, 200);
        const policy::mig_scarcity by{drawn.mix};
        const auto choices = gpu::place_batch_on_host(drawn.cluster, by, drawn.requests);
        gpu::guide_data<policy::mig_scarcity> before{by, drawn.cluster, {}};
        const auto in_place = [](auto& elements) { return elements.data(); };
        const gpu::scarcity_guide kept = before.view(in_place);
        for (std::size_t i = 0; i < drawn.requests.size(); ++i) {
            if (!choices[i].found()) continue;
            kept.note(drawn.cluster[choices[i].node], choices[i].gpus, -1);
            (void)drawn.cluster.take(choices[i].node, choices[i].gpus, drawn.requests[i], choices[i].slots);
            kept.note(drawn.cluster[choices[i].node], choices[i].gpus, 1);
        }
        gpu::guide_data<policy::mig_scarcity> after{by, drawn.cluster, {}};
        const gpu::scarcity_guide counted = after.view(in_place);
        for (int i = 0; i < max_mig_tables * partition_table::most_profiles; ++i)
            ASSERT_EQ(kept.open[i], counted.open[i]) << seed;
        for (int w = 0; w < policy::max_whole_prices; ++w) ASSERT_EQ(kept.places[w], counted.places[w]) << seed;
    }
}
