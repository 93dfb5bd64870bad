// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/node_id.hpp>

#include <gtest/gtest.h>

#include <type_traits>

using namespace gpupack;

TEST(node_id, has_a_number_and_a_generation_and_is_ordered_by_number) {
    constexpr node_id id{17, 3};
    static_assert(id.number() == 17 && id.generation() == 3);
    static_assert(sizeof(node_id) == 4 && std::is_trivially_copyable_v<node_id>);
    EXPECT_EQ(node_id{17}.generation(), 0U);
    EXPECT_FALSE(node_id(17, 1) == node_id(17, 2));
    EXPECT_TRUE(node_id(17, 900) < node_id{18});
    EXPECT_TRUE(node_id(17, 1) < node_id(17, 2));
}

TEST(node_id, of_no_node_comes_after_all_others) {
    EXPECT_TRUE(node_id(node_id::max_nodes - 1, node_id::max_generation) < node_id::none());
    EXPECT_EQ(node_id::none(), node_id(node_id::max_nodes, node_id::max_generation));
}
