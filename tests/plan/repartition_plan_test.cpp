// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/repartition_plan.hpp>

#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(repartition_plan, counts_an_instance_for_the_first_goal_and_no_more_than_the_number) {
    const partition_table table = mig::make_table(models::a30.mig);
    const int small = *table.find("1g.6gb", 0);
    const int other = *table.find("1g.6gb", 1);
    const int wide = *table.find("2g.12gb", 2);
    std::vector<plan::standing_gpu> gpus{
        {.table = &table, .instances = {{.slot = small}, {.slot = other, .busy = true}}}};
    profile_set ones;
    ones.insert(table.first_id + table.slots[small].profile);
    profile_set both = ones;
    both.insert(table.first_id + table.slots[wide].profile);
    const std::vector<plan::instance_goal> goals{{ones, 1, 5}, {both, 3, 7}};
    EXPECT_EQ(plan::goal_of(goals, table, small), 0U);
    EXPECT_EQ(plan::goal_of(goals, table, wide), 1U);
    EXPECT_EQ(plan::value_of_instances(gpus, goals), 5);
    EXPECT_TRUE(plan::apply(gpus, {plan::instance_step::action::create, 0, wide}));
    EXPECT_EQ(plan::value_of_instances(gpus, goals), 12);
    // What is taken is not free; what does not stand or must stay is not destroyed.
    EXPECT_FALSE(plan::apply(gpus, {plan::instance_step::action::create, 0, *table.find("1g.6gb", 2)}));
    EXPECT_FALSE(plan::apply(gpus, {plan::instance_step::action::destroy, 0, *table.find("1g.6gb", 2)}));
    gpus[0].find(other)->destroy_cost = plan::running_task::never;
    EXPECT_FALSE(plan::apply(gpus, {plan::instance_step::action::destroy, 0, other}));
    EXPECT_TRUE(plan::apply(gpus, {plan::instance_step::action::destroy, 0, small}));
    EXPECT_EQ(plan::value_of_instances(gpus, goals), 7);
}
