// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/share.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(share, is_whole_gpus_unless_told_otherwise) {
    EXPECT_EQ(share{}, share{exclusive{}});
    EXPECT_EQ(share{}.compute(), whole_gpu);
    EXPECT_EQ(share{}.memory(), 0_MiB);
}

TEST(share, carries_the_amounts_of_a_slice) {
    const share part = slice{.memory = 4_GiB, .compute = 300_milli};
    EXPECT_EQ(part.way(), sharing::slices);
    EXPECT_EQ(part.memory(), 4_GiB);
    EXPECT_EQ(part.compute(), 300_milli);
    EXPECT_FALSE((part == share{slice{4_GiB, 301_milli}}));
    EXPECT_FALSE((share{slice{0_MiB, whole_gpu}} == share{exclusive{}})); // a slice of all compute is no whole GPU
}
