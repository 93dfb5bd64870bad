// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/expected.hpp>

#include <gtest/gtest.h>

#include <string>

TEST(expected, holds_a_value_or_a_reason) {
    const gpupack::expected<int, std::string> good = 3;
    const gpupack::expected<int, std::string> bad = gpupack::unexpected<std::string>{"why"};
    EXPECT_EQ(good.value(), 3);
    EXPECT_FALSE(bad);
    EXPECT_EQ(bad.error(), "why");
}
