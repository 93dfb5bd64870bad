// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/make_room.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// The least cost of ends and moves, in any order, after which the request fits; each task is touched once.
std::optional<std::int64_t> least_cost(const cluster& on, const std::vector<plan::running_task>& tasks, std::vector<char>& touched,
                                       const request& request, int ends, int moves) {
    for (std::uint32_t n = 0; n < on.size(); ++n)
        if (fit::fits(on[node_id{n}], request)) return 0;
    std::optional<std::int64_t> least;
    const auto offer = [&](cluster& next, std::int64_t cost, int ends_left, int moves_left) {
        const auto rest = least_cost(next, tasks, touched, request, ends_left, moves_left);
        if (rest) least = std::min(least.value_or(*rest + cost), *rest + cost);
    };
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        if (touched[t] != 0) continue;
        touched[t] = 1;
        if (ends > 0 && tasks[t].end_cost != plan::running_task::never) {
            cluster next = on;
            next.give_back(tasks[t].place);
            offer(next, tasks[t].end_cost, ends - 1, moves);
        }
        for (std::uint32_t n = 0; n < on.size() && moves > 0 && tasks[t].move_cost != plan::running_task::never; ++n) {
            if (!fit::fits(on[node_id{n}], tasks[t].request)) continue;
            std::vector<selection> choices;
            (void)plan::detail::collect_choices(choices, on[node_id{n}], tasks[t].request, true, plan::detail::slot_choices::all, 4096);
            for (const selection& choice : choices) {
                cluster next = on;
                (void)next.take(choice.node, choice.gpus, tasks[t].request, choice.slots);
                next.give_back(tasks[t].place);
                offer(next, tasks[t].move_cost, ends, moves - 1);
            }
        }
        touched[t] = 0;
    }
    return least;
}

} // namespace

// On small clusters the plan is the cheapest there is, it is feasible at every step, and it is done whole or not at all.
TEST(make_room, finds_the_cheapest_ends_and_moves) {
    int made = 0;
    int moved = 0;
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 6000 && made + refused < 250; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::best_fit{}};
        if (by.cluster().size() > 2) continue;
        std::vector<plan::running_task> tasks;
        for (int i = 0; i < 12 && tasks.size() < 4; ++i) {
            request request = history.any_request(by.cluster());
            request.gpus = std::min(request.gpus, 2);
            const auto placed = by.try_place(request);
            if (!placed) continue;
            plan::running_task task{.place = *placed, .request = request};
            if (history.below(3) > 0) task.end_cost = history.number(1, 20);
            if (history.below(3) > 0) task.move_cost = history.number(1, 8);
            tasks.push_back(task);
        }
        const request request = history.any_request(by.cluster());
        if (by.cluster().live_placements() == 0 || !by.fits_empty(request)) continue;
        const plan::room_limits limits{.ends = 2, .moves = 1, .budget = 200'000};
        const auto plan = plan::make_room(by.cluster(), by.policy(), request, tasks, limits);
        std::vector<char> touched(tasks.size(), 0);
        const auto least = least_cost(by.cluster(), tasks, touched, request, limits.ends, limits.moves);
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
