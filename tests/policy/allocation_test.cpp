// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/allocation.hpp>

#include "support/score_of_states.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

TEST(allocation, tells_capacity_and_use_after_the_placement_for_each_resource) {
    const cluster on = node_with({1000, 400}, 8000);
    std::vector<policy::resource_use> told;
    policy::for_each_resource(on[node_id{0}], {.cpu = 2_cores, .gpus = 1}, {1, 2, 3},
                              [&](const policy::resource_use& use) { told.push_back(use); });
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[0].capacity.number(), 8000);
    EXPECT_EQ(told[0].used, 2000);
    EXPECT_TRUE(told[0].request && !told[1].request && told[2].request);
    EXPECT_EQ(told[1].weight, 2);
    EXPECT_EQ(told[2].capacity.number(), 2000);
    EXPECT_EQ(told[2].used, 1600);
}
