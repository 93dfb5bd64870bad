// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/best_node.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gpupack/policy/best_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(best_node, takes_the_highest_key_then_the_lowest_node_in_any_order) {
    search::best_node<int> best;
    for (const auto& [key, node] : {std::pair{3, 7U}, {5, 9U}, {5, 4U}, {5, 6U}, {2, 0U}})
        best.offer(key, node_id{node});
    EXPECT_EQ(best.node, node_id{4});
    EXPECT_EQ(best.key, 5);
}

TEST(best_node, of_parts_is_the_best_of_the_whole) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        const policy::best_fit by;
        const auto nodes = static_cast<std::uint32_t>(on.size());
        const auto cut = static_cast<std::uint32_t>(history.below(nodes + 1));
        auto parts = search::best_in(by, on, request, cut, nodes);
        if (const auto low = search::best_in(by, on, request, 0, cut); low.node) parts.offer(low.key, *low.node);
        RC_ASSERT(parts.node == search::best_in(by, on, request, 0, nodes).node);
    });
}
