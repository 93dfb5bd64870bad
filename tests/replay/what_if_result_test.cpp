// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/what_if_result.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(what_if_result, tells_percents_of_the_capacity) {
    const replay::what_if_result told{.allocated = 500, .capacity = 4000, .fragmented = 8000};
    EXPECT_DOUBLE_EQ(told.allocated_percent(), 12.5);
    EXPECT_DOUBLE_EQ(told.fragmented_percent(10), 20.0);
    EXPECT_EQ(told.fragmented_percent(0), 0.0);
    EXPECT_EQ(replay::what_if_result{}.allocated_percent(), 0.0);
}
