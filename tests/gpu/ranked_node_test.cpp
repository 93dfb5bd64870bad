// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/ranked_node.hpp>

#include <gpupack/search/best_node.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

using namespace gpupack;

TEST(ranked_node, comes_first_by_key_and_then_by_the_lower_node) {
    using node = gpu::ranked_node<std::int64_t>;
    EXPECT_TRUE((node{5, 9}.beats({4, 1})));
    EXPECT_TRUE((node{5, 1}.beats({5, 9})));
    EXPECT_FALSE((node{5, 9}.beats({5, 9})));
    EXPECT_TRUE((node{-5, 9}.beats({})));
    EXPECT_FALSE((node{}.beats({-5, 9})));
    EXPECT_FALSE(node{}.beats({}));
    EXPECT_EQ(node{}, (node{7, node::none}));
}

TEST(ranked_node, agrees_with_best_node_in_any_order) {
    for_all([](const std::vector<std::pair<std::int8_t, std::uint8_t>>& offers) {
        search::best_node<std::int64_t> expected;
        gpu::ranked_node<std::int64_t> best;
        for (const auto& [key, node] : offers) {
            expected.offer(key, node_id{node});
            if (const gpu::ranked_node<std::int64_t> offered{key, node}; offered.beats(best)) best = offered;
        }
        RC_ASSERT(best.found() == expected.node.has_value());
        if (best.found()) RC_ASSERT(best.node == expected.node->number() && best.key == expected.key);
    });
}
