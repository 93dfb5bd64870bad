// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/slot_list.hpp>

#include <gtest/gtest.h>

using gpupack::slot_list;

TEST(slot_list, is_ordered_by_the_first_slot_that_differs) {
    slot_list low{3};
    slot_list high{3};
    EXPECT_EQ(low, high);
    high.set(1, 2);
    EXPECT_TRUE(low < high);
    EXPECT_FALSE(high < low);
    EXPECT_EQ(high[1], 2);
}
