// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/selection.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(selection, is_nowhere_by_default) {
    EXPECT_FALSE(selection{}.found());
    EXPECT_TRUE((selection{.node = node_id{0}}.found()));
}

TEST(selection, is_equal_where_node_gpus_and_slots_are) {
    const selection one{node_id{1}, gpu_set::of(2), slot_list{3}};
    EXPECT_EQ(one, (selection{node_id{1}, gpu_set::of(2), slot_list{3}}));
    EXPECT_FALSE((one == selection{node_id{2}, gpu_set::of(2), slot_list{3}}));
    EXPECT_FALSE((one == selection{node_id{1}, gpu_set::of(3), slot_list{3}}));
    EXPECT_FALSE((one == selection{node_id{1}, gpu_set::of(2), slot_list{4}}));
}

TEST(selection, is_lower_by_node_then_gpus_then_slots) {
    const selection sorted[] = {{node_id{1}, gpu_set::of(3), slot_list{9}},
                                {node_id{2}, gpu_set::from_bits(0b1001), slot_list{9}},
                                {node_id{2}, gpu_set::from_bits(0b0110), slot_list{1}},
                                {node_id{2}, gpu_set::from_bits(0b0110), slot_list{2}}};
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) EXPECT_EQ(sorted[i] < sorted[j], i < j) << i << " and " << j;
}
