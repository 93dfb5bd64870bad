// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/what_if_orders.hpp>

#include <gpupack/policy/best_fit.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(what_if_orders, finds_an_order_that_places_what_it_says) {
    std::size_t gained = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const drawn_batch drawn = drawn_batch::from(seed, 60);
        const policy::best_fit by;
        gpu::host_space in;
        const auto found = gpu::search_orders(in, drawn.cluster, by, drawn.requests, 20, seed).value();
        const auto placed_in = [&](const std::vector<std::uint32_t>& order) {
            std::vector<request> sorted;
            for (const std::uint32_t i : order) sorted.push_back(drawn.requests[i]);
            return plan::total_of(sorted, gpu::place_batch_on_host(drawn.cluster, by, sorted)).tasks;
        };
        std::vector<std::uint32_t> given(drawn.requests.size());
        for (std::uint32_t i = 0; i < given.size(); ++i) given[i] = i;
        ASSERT_EQ(placed_in(found.order), found.total.tasks) << seed;
        ASSERT_EQ(placed_in(given), found.as_given.tasks) << seed;
        ASSERT_FALSE(found.as_given.beats(found.total, plan::batch_goal::compute)) << seed;
        ASSERT_EQ(found.seed.has_value(), found.total.beats(found.as_given, plan::batch_goal::compute)) << seed;
        gained += found.seed ? 1U : 0U;
    }
    EXPECT_GT(gained, 5U);
}
