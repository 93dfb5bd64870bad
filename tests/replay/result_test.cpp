// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/result.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(result, sums_failures_and_rates) {
    replay::result told;
    told.placed = 5;
    told.rejected = 2;
    told.unplaced = 1;
    EXPECT_EQ(told.failed(), 3U);
    EXPECT_EQ(told.decisions(), 8U);
    EXPECT_EQ(told.decisions_per_second(), 0.0);
    told.seconds = 4;
    EXPECT_EQ(told.decisions_per_second(), 2.0);
}

TEST(result, only_placed_tasks_have_waited) {
    replay::result told;
    told.outcomes = {
        {0, true, {}, {}, 3, 3}, {1, true, {}, {}, 3, 10}, {2, true, {}, {}, 9, 10}, {3, false, {}, {}, 1, 50}};
    const replay::waits waits = replay::waits_of(told);
    EXPECT_EQ(waits.tasks, 2U);
    EXPECT_EQ(waits.total, 8);
    EXPECT_EQ(waits.longest, 7);
}
