// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/not_copied.hpp>

#include <gtest/gtest.h>

#include <utility>

using namespace gpupack;

TEST(not_copied, stays_with_the_original_and_goes_along_with_a_move) {
    not_copied<int> original;
    original.value = 5;
    not_copied<int> copy = original;
    EXPECT_EQ(copy.value, 0);
    copy.value = 7;
    copy = original;
    EXPECT_EQ(copy.value, 0);
    EXPECT_EQ(original.value, 5);
    not_copied<int> moved = std::move(original);
    EXPECT_EQ(moved.value, 5);
    copy = std::move(moved);
    EXPECT_EQ(copy.value, 5);
}
