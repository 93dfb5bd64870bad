// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/room_draft.hpp>

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

TEST(room_draft, what_is_taken_back_was_never_there) {
    std::vector<plan::running_task> tasks(2);
    tasks[0].request = {.gpus = 2, .share = exclusive{}};
    tasks[1].request = {.gpus = 1};
    plan::detail::room_draft draft{tasks, 3};
    const plan::room_plan empty = draft.plan;
    draft.touch(1, {plan::room_step::action::end, 1, {}}, 7);
    draft.touch(0, {plan::room_step::action::move, 0, {}}, 2);
    EXPECT_EQ(draft.plan.cost, 9);
    EXPECT_EQ(draft.plan.ends, 1);
    EXPECT_EQ(draft.plan.moves, 1);
    EXPECT_TRUE(draft.touched[0]);
    draft.untouch(0, 2);
    EXPECT_FALSE(draft.touched[0]);
    EXPECT_TRUE(draft.touched[1]);
    draft.untouch(1, 7);
    EXPECT_EQ(draft.plan.cost, empty.cost);
    EXPECT_EQ(draft.plan.ends, empty.ends);
    EXPECT_TRUE(draft.plan.steps.empty());
}

TEST(room_draft, is_cheaper_than_the_best_and_never_by_what_must_not_be) {
    const std::vector<plan::running_task> tasks;
    plan::detail::room_draft draft{tasks, 1};
    EXPECT_TRUE(draft.is_cheaper(1'000'000));
    EXPECT_FALSE(draft.is_cheaper(plan::running_task::never));
    draft.best = plan::room_plan{};
    draft.best->cost = 5;
    draft.plan.cost = 3;
    EXPECT_TRUE(draft.is_cheaper(1));
    EXPECT_FALSE(draft.is_cheaper(2));
}

TEST(room_draft, is_complete_until_a_step_is_refused) {
    const std::vector<plan::running_task> tasks;
    plan::detail::room_draft draft{tasks, 2};
    EXPECT_TRUE(draft.spend());
    EXPECT_TRUE(draft.is_complete());
    while (draft.spend()) {
    }
    EXPECT_FALSE(draft.is_complete());
}
