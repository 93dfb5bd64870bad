// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/room_search.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

// A chain: the task on node 0 fits no other node until one on node 1 has moved to node 2.
TEST(room_search, finds_moves_that_need_another_move_first) {
    cluster on = cluster_builder{}
                     .add_nodes(1, {4_cores, 4_GiB, {4, models::t4}})
                     .add_nodes(1, {4_cores, 4_GiB, {2, models::t4}})
                     .add_nodes(1, {4_cores, 4_GiB, {1, models::t4}})
                     .build()
                     .value();
    const request pair{.gpus = 2};
    const request one{.gpus = 1};
    std::vector<plan::running_task> tasks;
    tasks.push_back({.place = on.take(node_id{0}, gpu_set::first(2), pair), .request = pair, .move_cost = 3});
    tasks.push_back({.place = on.take(node_id{1}, gpu_set::of(0), one), .request = one, .move_cost = 2});
    const auto chooser = [](const node_view& node, const request& request) {
        return policy::select_gpus(policy::first_fit{}, node, request);
    };
    const request four{.gpus = 4};
    plan::room_limits limits;
    plan::detail::room_search search{on, tasks, four, limits, chooser};
    const auto plan = search.search();
    ASSERT_TRUE(plan && search.is_complete());
    EXPECT_EQ(plan->cost, 5);
    ASSERT_EQ(plan->steps.size(), 3U);
    EXPECT_EQ(plan->steps[0].task, 1U);
    EXPECT_EQ(plan->steps[0].target.node, node_id{2});
    EXPECT_EQ(plan->steps[1].task, 0U);
    EXPECT_TRUE(plan::detail::steps_hold(on, tasks, four, plan->steps));
    EXPECT_FALSE(plan::detail::steps_hold(on, tasks, four, {plan->steps[1], plan->steps[2]}));
    limits.moves = 1;
    plan::detail::room_search shorter{on, tasks, four, limits, chooser};
    EXPECT_FALSE(shorter.search());
    EXPECT_TRUE(shorter.is_complete());
    limits = {.budget = 1};
    plan::detail::room_search poorer{on, tasks, four, limits, chooser};
    EXPECT_FALSE(poorer.search());
    EXPECT_FALSE(poorer.is_complete());
}
