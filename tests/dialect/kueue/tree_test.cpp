// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kueue/tree.hpp>

#include <gtest/gtest.h>

namespace {

using gpupack::dialect::kueue_tree;

TEST(kueue_tree, numbers_domains_by_their_values_and_keeps_children_together) {
    const kueue_tree tree{{{"b", "r1"}, {"a", "r9"}, {"a", "r10"}, {"b", "r1"}}};
    ASSERT_EQ(tree.levels(), 2);
    ASSERT_EQ(tree.level(0).size(), 2U);
    ASSERT_EQ(tree.leaves().size(), 3U) << "nodes with the same values are one leaf";
    EXPECT_EQ(tree.leaves()[0].path, (std::vector<std::string>{"a", "r10"})) << "as texts, not as numbers";
    EXPECT_EQ(tree.leaf_of(0), 2U);
    EXPECT_EQ(tree.leaf_of(1), 1U);
    EXPECT_EQ(tree.leaf_of(3), 2U);
    EXPECT_EQ(tree.level(0)[0].first, 0U);
    EXPECT_EQ(tree.level(0)[0].last, 2U);
    EXPECT_EQ(tree.level(0)[1].first, 2U);
    EXPECT_EQ(tree.level(0)[1].last, 3U);
}

} // namespace
