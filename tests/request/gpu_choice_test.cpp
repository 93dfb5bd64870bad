// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/gpu_choice.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gpu_choice, allows_the_gpus_that_were_added_or_all_but_those) {
    const gpu_set four = gpu_set::first(4);
    EXPECT_TRUE(gpu_choice{}.is_any());
    EXPECT_EQ(gpu_choice{}.among(node_id{7}, four), four);
    gpu_choice only{true};
    EXPECT_FALSE(only.is_any());
    EXPECT_TRUE(only.add(node_id{7}, gpu_set::of(1)));
    EXPECT_TRUE(only.add(node_id{7}, gpu_set::of(2)));
    EXPECT_EQ(only.among(node_id{7}, four), gpu_set::of(1) | gpu_set::of(2));
    EXPECT_TRUE(only.among(node_id{8}, four).empty());
    gpu_choice without{false};
    EXPECT_TRUE(without.add(node_id{7}, gpu_set::of(0)));
    EXPECT_EQ(without.among(node_id{7}, four), four - gpu_set::of(0));
    EXPECT_EQ(without.among(node_id{8}, four), four);
    EXPECT_FALSE(only == without);
    EXPECT_NE(only.hash(), without.hash());
}

TEST(gpu_choice, names_gpus_of_eight_nodes_at_most) {
    gpu_choice choice{true};
    for (std::uint32_t n = 0; n < gpu_choice::max_nodes; ++n) EXPECT_TRUE(choice.add(node_id{n}, gpu_set::of(0)));
    EXPECT_FALSE(choice.add(node_id{8}, gpu_set::of(0)));
    EXPECT_TRUE(choice.add(node_id{3}, gpu_set::of(1)));
}
