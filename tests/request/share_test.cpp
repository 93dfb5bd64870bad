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

TEST(share, takes_a_part_of_a_gpu_in_millionths) {
    EXPECT_EQ(share(slice{.memory_millionths = 125'000}).memory_of(16384), 2048);
    EXPECT_EQ(share(slice{.memory_percent = 33}).memory_of(1000), 330);
    EXPECT_EQ(share(slice{.memory_percent = 12, .memory_millionths = 5'000}),
              share(slice{.memory_millionths = 125'000}));
}

TEST(share, loses_a_mebibyte_where_a_system_computes_in_double_precision) {
    const share exact = slice{.memory_percent = 29};
    EXPECT_EQ(exact.memory_of(100), 29);
    EXPECT_EQ(exact.with({.double_rounding = true}).memory_of(100), 28) << "0.29 * 100 < 29";
}
