// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/compute_percent.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(compute_percent, is_exact) {
    EXPECT_EQ(compute_percent(0).value(), 0_milli);
    EXPECT_EQ(compute_percent(33).value(), 330_milli);
    EXPECT_EQ(compute_percent(100).value(), whole_gpu);
}

TEST(compute_percent, refuses_what_is_no_part) {
    EXPECT_EQ(compute_percent(101).error().message(), R"(slice compute: "101 %": expected from 0 to 100 %)");
    EXPECT_EQ(compute_percent(-1).error().message(), R"(slice compute: "-1 %": expected from 0 to 100 %)");
}
