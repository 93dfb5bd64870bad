// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/placed_resources.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(placed_resources, says_what_each_gpu_gives) {
    placed_resources held;
    held.share = split_slice{6_MiB, 100_milli};
    held.pieces.memory[0] = 4;
    held.pieces.memory[1] = 2;
    EXPECT_EQ(held.share_of(0), (share{slice{4_MiB, 100_milli}}));
    EXPECT_EQ(held.share_of(1), (share{slice{2_MiB, 100_milli}}));
    placed_resources other = held;
    EXPECT_EQ(other, held);
    other.pieces.memory[1] = 3;
    EXPECT_FALSE(other == held);
}
