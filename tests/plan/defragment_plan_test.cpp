// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/defragment_plan.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(defragment_plan, is_best_where_nothing_is_left_to_gain) {
    EXPECT_TRUE(plan::defragment_plan{}.is_best());
    EXPECT_FALSE((plan::defragment_plan{.gain = 3, .most_gain = 4}.is_best()));
    EXPECT_TRUE((plan::defragment_plan{.gain = 4, .most_gain = 4}.is_best()));
}
