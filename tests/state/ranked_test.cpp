// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/ranked.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

using namespace gpupack;

TEST(ranked_node, comes_first_by_score_and_then_by_the_lower_node) {
    using node = ranked_node<std::int64_t>;
    const auto at = [](std::uint32_t number) { return node_id{number}; };
    EXPECT_TRUE((node{5, at(9)}.precedes({4, at(1)})));
    EXPECT_TRUE((node{5, at(1)}.precedes({5, at(9)})));
    EXPECT_FALSE((node{5, at(9)}.precedes({5, at(9)})));
    EXPECT_TRUE((node{-5, at(9)}.precedes({})));
    EXPECT_FALSE((node{}.precedes({-5, at(9)})));
    EXPECT_FALSE(node{}.precedes({}));
    EXPECT_EQ(node{}, (node{7, node_id::none()}));
    EXPECT_FALSE((node{7, at(1)} == node{8, at(1)}));
}

TEST(ranked_node, is_the_same_best_in_any_order) {
    for_all([](const std::vector<std::pair<std::int8_t, std::uint8_t>>& offers) {
        ranked_node<int> best;
        for (const auto& [score, node] : offers)
            if (const ranked_node<int> offered{score, node_id{node}}; offered.precedes(best)) best = offered;
        RC_ASSERT(best.found() == !offers.empty());
        if (offers.empty()) return;
        const auto expected = *std::min_element(offers.begin(), offers.end(), [](const auto& a, const auto& b) {
            return std::tuple{-a.first, a.second} < std::tuple{-b.first, b.second};
        });
        RC_ASSERT((best.score == expected.first && best.node == node_id{expected.second}));
    });
}

TEST(ranked_selection, comes_first_by_score_node_gpus_and_slots) {
    using ranked = ranked_selection<int>;
    const ranked sorted[] = {{{node_id{9}, gpu_set::of(3), slot_list{9}}, 5},
                             {{node_id{1}, gpu_set::of(3), slot_list{9}}, 4},
                             {{node_id{2}, gpu_set::from_bits(0b1001), slot_list{9}}, 4},
                             {{node_id{2}, gpu_set::from_bits(0b0110), slot_list{1}}, 4},
                             {{node_id{2}, gpu_set::from_bits(0b0110), slot_list{2}}, 4},
                             {}};
    for (int i = 0; i < 6; ++i)
        for (int j = 0; j < 6; ++j) EXPECT_EQ(sorted[i].precedes(sorted[j]), i < j) << i << " and " << j;
    EXPECT_EQ(sorted[0], sorted[0]);
    EXPECT_FALSE(sorted[3] == sorted[4]);
}
