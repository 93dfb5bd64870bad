// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/node_grid.hpp>

#include "plan/detail/packing_oracle.hpp"

#include <gtest/gtest.h>

#include <cstdint>

using namespace gpupack;
using plan::detail::packed_class;
using plan::detail::packed_node_type;

// Few amounts: a grid of all of them, and the worth is exact.
TEST(node_grid, is_worth_what_the_best_of_all_packings_is_worth) {
    std::int64_t sum = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const small_packing drawn = small_packing::from(seed, 6);
        const packed_node_type& type = drawn.model.types.front();
        plan::detail::node_grid grid{drawn.model};
        const std::int64_t by_cpu = grid.solve(type, &packed_class::cpu, &packed_node_type::cpu, drawn.worth_of());
        const std::int64_t by_memory =
            grid.solve(type, &packed_class::memory, &packed_node_type::memory, drawn.worth_of());
        ASSERT_EQ(by_cpu, drawn.best(&packed_class::cpu, type.cpu)) << seed;
        ASSERT_EQ(by_memory, drawn.best(&packed_class::memory, type.memory)) << seed;
        sum += by_cpu + by_memory;
    }
    EXPECT_GT(sum, 10'000);
}

// More amounts than cells: tasks are rounded down, so the worth is a bound, and not far off.
TEST(node_grid, bounds_the_worth_from_above_where_it_is_too_coarse) {
    std::int64_t exact = 0;
    std::int64_t rough = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const small_packing drawn = small_packing::from(seed, 100'000);
        const packed_node_type& type = drawn.model.types.front();
        plan::detail::node_grid grid{drawn.model};
        const std::int64_t worth = grid.solve(type, &packed_class::cpu, &packed_node_type::cpu, drawn.worth_of());
        const std::int64_t best = drawn.best(&packed_class::cpu, type.cpu);
        ASSERT_GE(worth, best) << seed;
        exact += best;
        rough += worth;
    }
    EXPECT_LE(100 * rough, 105 * exact);
}
