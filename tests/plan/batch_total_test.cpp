// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/batch_total.hpp>

#include <gpupack/request/request.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(batch_total, adds_up_what_is_placed) {
    const request two{.gpus = 2};
    const request slices{.gpus = 1, .share = slice{.memory = {}, .compute = 300_milli}};
    const selection placed{node_id{0}, gpu_set::first(1), {}};
    const plan::batch_total total = plan::total_of({two, slices, two}, {placed, placed, {}});
    EXPECT_EQ(total.compute, 2300);
    EXPECT_EQ(total.tasks, 2);
}

TEST(batch_total, compares_by_the_goal_and_then_by_the_other_amount) {
    const plan::batch_total large{3000, 1};
    const plan::batch_total many{2000, 4};
    EXPECT_TRUE(large.beats(many, plan::batch_goal::compute));
    EXPECT_TRUE(many.beats(large, plan::batch_goal::tasks));
    EXPECT_FALSE(large.beats(large, plan::batch_goal::compute));
    EXPECT_TRUE((plan::batch_total{3000, 2}.beats(large, plan::batch_goal::compute)));
    EXPECT_TRUE((plan::batch_total{3001, 1}.beats(large, plan::batch_goal::tasks)));
}
