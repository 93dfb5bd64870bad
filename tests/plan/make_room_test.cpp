// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/make_room.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>

#include "plan/least_cost.hpp"
#include "support/fits_somewhere.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// On small clusters the plan is the cheapest there is, it is feasible at every step, and it is done whole or not at all.
TEST(make_room, finds_the_cheapest_ends_and_moves) {
    int made = 0;
    int moved = 0;
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 6000 && made + refused < 250; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::best_fit{}};
        if (by.cluster().size() > 2) continue;
        const std::vector<plan::running_task> tasks = few_running_tasks(history, by);
        const request request = history.any_request(by.cluster());
        if (by.cluster().live_placements() == 0 || !by.fits_empty(request)) continue;
        const plan::room_limits limits{.ends = 2, .moves = 1, .budget = 200'000};
        const auto plan = plan::make_room(by.cluster(), by.policy(), request, tasks, limits);
        std::vector<char> touched(tasks.size(), 0);
        const auto least = least_cost(by.cluster(), tasks, touched, limits.ends, limits.moves,
                                      [&](const cluster& nodes) { return fits_somewhere(nodes, request); });
        if (!plan) {
            ASSERT_FALSE(least && plan.error().proven) << seed;
            ++refused;
            continue;
        }
        ASSERT_TRUE(least) << seed;
        ASSERT_TRUE(plan->best) << seed;
        ASSERT_EQ(plan->cost, *least) << seed;
        ASSERT_LE(plan->ends, limits.ends);
        ASSERT_LE(plan->moves, limits.moves);
        made += plan->cost > 0 ? 1 : 0;
        moved += plan->moves;
        const std::size_t live = by.cluster().live_placements();
        const auto done = plan::carry_out(by, request, tasks, *plan);
        ASSERT_TRUE(done) << seed;
        ASSERT_EQ(by.cluster().live_placements(), live + 1 - static_cast<std::size_t>(plan->ends));
        if (plan->cost > 0) {
            const cluster before = by.cluster();
            ASSERT_FALSE(plan::carry_out(by, request, tasks, *plan)) << seed; // its tasks are no longer where they were
            ASSERT_TRUE(by.cluster().same_state(before));
        }
    }
    EXPECT_GT(made, 60);
    EXPECT_GT(moved, 10);
    EXPECT_GT(refused, 20);
}

TEST(make_room, says_when_it_is_not_worth_it) {
    scheduler by{cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {2, models::t4}}).build().value(), policy::best_fit{}};
    std::vector<plan::running_task> tasks;
    for (const std::int64_t cost : {40, 10, 25, 30}) {
        const request one{.gpus = 1};
        tasks.push_back({.place = *by.try_place(one), .request = one, .end_cost = cost});
    }
    const request pair{.gpus = 2};
    const auto plan = plan::make_room(by.cluster(), by.policy(), pair, tasks);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->cost, 50); // both on one node
    EXPECT_EQ(plan->ends, 2);
    const auto dear = plan::make_room(by.cluster(), by.policy(), pair, tasks, {.worth = 50});
    ASSERT_FALSE(dear);
    EXPECT_TRUE(dear.error().not_worth_it);
    EXPECT_EQ(dear.error().least_cost, 50);
    const auto none = plan::make_room(by.cluster(), by.policy(), pair, tasks, {.ends = 1});
    ASSERT_FALSE(none);
    EXPECT_TRUE(none.error().proven);
}
