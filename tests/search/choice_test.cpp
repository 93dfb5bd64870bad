// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/choice.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(choice, is_a_node_and_its_gpus) {
    const search::choice made{node_id{1}, gpu_set::of(2)};
    EXPECT_EQ(made, (search::choice{node_id{1}, gpu_set::of(2)}));
    EXPECT_FALSE((made == search::choice{node_id{1}, gpu_set::of(3)}));
    EXPECT_FALSE((made == search::choice{node_id{2}, gpu_set::of(2)}));
}
