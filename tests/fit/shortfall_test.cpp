// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/shortfall.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(shortfall, is_as_far_off_as_its_parts_in_thousandths) {
    const request request{.cpu = 3_cores, .memory = 10_GiB, .gpus = 2, .share = slice{8_GiB, 500_milli}};
    EXPECT_EQ(fit::distance({}, request), 0);
    EXPECT_EQ(fit::distance({.cpu = 1_cores}, request), 334);
    EXPECT_EQ(fit::distance({.memory = 5_GiB, .gpus = 1}, request), 500 + 500);
    EXPECT_EQ(fit::distance({.compute = 250_milli, .gpu_memory = 2_GiB}, request), 500 + 250);
}

TEST(shortfall, of_a_percentage_of_memory_is_a_whole_one) {
    const request request{.gpus = 1, .share = slice{.memory_percent = 50}};
    EXPECT_EQ(fit::distance({.gpu_memory = 1_MiB}, request), 1000);
}

TEST(shortfall, of_split_memory_is_measured_by_all_of_it) {
    const request request{.gpus = 2, .share = split_slice{.memory = 40_GiB}};
    EXPECT_EQ(fit::distance({.gpu_memory = 10_GiB}, request), 250);
}
