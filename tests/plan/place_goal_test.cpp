// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/place_goal.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(place_goal, of_a_mix_are_places_for_its_tasks) {
    task_mix mix;
    mix.add({.gpus = 8}, 1);
    mix.add({.gpus = 1, .share = slice{.compute = milli_gpu{500}}}, 5);
    mix.add({.cpu = 1_cores}, 4);
    const auto goals = plan::goals_of(mix, 100);
    ASSERT_EQ(goals.size(), 2U);
    EXPECT_EQ(goals[0].number, 10);
    EXPECT_EQ(goals[0].weight, 8000);
    EXPECT_EQ(goals[1].number, 50);
    EXPECT_EQ(goals[1].weight, 500);
}

TEST(place_goal, counts_no_more_places_than_the_number) {
    cluster on = cluster_builder{}.add_nodes(3, {.cpu = 64_cores, .gpus = {8, models::a100_80gb}}).build().value();
    EXPECT_EQ(plan::value_of_places(on, {{.request = {.gpus = 4}, .number = 5, .weight = 7}}), 35);
    EXPECT_EQ(plan::value_of_places(on, {{.request = {.gpus = 4}, .number = 9, .weight = 7}, {.request = {.gpus = 8}}}),
              43);
    on.set_closed(node_id{0}, true);
    EXPECT_EQ(plan::value_of_places(on, {{.request = {.gpus = 4}, .number = 9, .weight = 7}}), 28);
}
