// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/node_knapsack.hpp>

#include "plan/detail/packing_oracle.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

using namespace gpupack;

TEST(node_knapsack, is_worth_what_the_best_of_all_packings_is_worth) {
    std::int64_t sum = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        const small_packing drawn = small_packing::from(seed, 1);
        plan::detail::node_knapsack<std::int64_t> knapsack;
        const std::int64_t worth = knapsack.solve(drawn.model.types.front(), drawn.worth_of());
        ASSERT_EQ(worth, drawn.best(nullptr, 0)) << seed;
        sum += worth;
    }
    EXPECT_GT(sum, 10'000);
}

// The pieces that it names are a packing of that worth: no more whole GPUs and slices than there are GPUs.
TEST(node_knapsack, names_the_pieces_of_that_packing) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        const small_packing drawn = small_packing::from(seed, 1);
        const auto& type = drawn.model.types.front();
        plan::detail::node_knapsack<std::int64_t> knapsack;
        const std::int64_t worth = knapsack.solve(type, drawn.worth_of());
        std::int64_t sum = 0;
        std::int64_t steps = 0;
        knapsack.for_each_item([&](const plan::detail::packed_item& each) {
            const std::size_t c = each.number;
            sum += drawn.worth[c];
            steps += drawn.model.classes[c].whole() ? drawn.model.classes[c].gpus * drawn.steps[c] : drawn.steps[c];
        });
        ASSERT_EQ(sum, worth) << seed;
        ASSERT_LE(steps, type.gpus * small_packing::most) << seed;
    }
}

TEST(node_knapsack, takes_worths_in_floating_point) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const small_packing drawn = small_packing::from(seed, 1);
        plan::detail::node_knapsack<double> knapsack;
        const auto worth = [&](const plan::detail::packed_item& each) {
            return 0.25 * static_cast<double>(drawn.worth[each.number]);
        };
        ASSERT_DOUBLE_EQ(knapsack.solve(drawn.model.types.front(), worth),
                         0.25 * static_cast<double>(drawn.best(nullptr, 0)))
            << seed;
    }
}
