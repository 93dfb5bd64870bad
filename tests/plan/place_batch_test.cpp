// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/place_batch.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace gpupack;

// A batch is what a scheduler decides one by one, and the cluster stays as it is until the batch is committed.
TEST(place_batch, chooses_as_a_scheduler_does) {
    std::size_t placed_requests = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_history history{seed};
        cluster cluster = history.used_cluster();
        const gpupack::cluster before = cluster;
        std::vector<request> requests;
        for (std::uint64_t n = history.below(60); n > 0; --n) requests.push_back(history.any_request(cluster));
        const request_rule rule = seed % 2 == 0 ? request_rule::as_requested : request_rule::whole_gpus;
        const auto choices = plan::place_batch(cluster, policy::best_fit{}, requests, rule);
        ASSERT_TRUE(cluster.same_state(before));
        const auto placed = plan::commit_batch(cluster, requests, choices, rule);
        scheduler one_by_one{before, policy::best_fit{}, search::scan{}, rule};
        for (std::size_t i = 0; i < requests.size(); ++i) {
            const auto expected = one_by_one.try_place(requests[i]);
            ASSERT_EQ(placed[i].has_value(), expected.has_value()) << seed;
            if (!expected) continue;
            ++placed_requests;
            ASSERT_EQ(placed[i]->node, expected->node) << seed;
            ASSERT_EQ(placed[i]->gpus, expected->gpus) << seed;
        }
        ASSERT_TRUE(cluster.same_state(one_by_one.cluster())) << seed;
        ASSERT_EQ(cluster.rounding_overhead(), one_by_one.cluster().rounding_overhead()) << seed;
        for (const auto& each : placed)
            if (each) cluster.give_back(*each);
        ASSERT_TRUE(cluster.same_state(before)) << seed;
    }
    EXPECT_GT(placed_requests, 200U);
}

TEST(place_batch, of_nothing_places_nothing) {
    const cluster without_nodes = cluster_builder{}.build().value();
    EXPECT_TRUE(plan::place_batch(without_nodes, policy::best_fit{}, {}).empty());
    const auto choices = plan::place_batch(without_nodes, policy::best_fit{}, {request{.cpu = 1_cores}});
    ASSERT_EQ(choices.size(), 1U);
    EXPECT_FALSE(choices[0].found());
}
