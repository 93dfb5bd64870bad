// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/math.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

TEST(math, floor_divide_rounds_down_also_below_zero) {
    for_all([](std::int32_t a) {
        const std::int64_t b = *rc::gen::inRange(1, 1000);
        const auto expected = static_cast<std::int64_t>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
        RC_ASSERT(gpupack::floor_divide(a, b) == expected);
    });
    EXPECT_EQ(gpupack::floor_divide(-1, 10), -1);
    EXPECT_EQ(gpupack::larger(-3, 2), 2);
    EXPECT_EQ(gpupack::high_product(0xffffffffU, 0xffffffffU), 0xfffffffeU);
    EXPECT_EQ(gpupack::high_product(1U << 31, 7), 3U);
}
