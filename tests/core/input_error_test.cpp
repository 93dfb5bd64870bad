// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/input_error.hpp>

#include <gtest/gtest.h>

#include <string>

using gpupack::input_error;

TEST(input_error, is_one_line_of_what_it_knows) {
    const input_error full{"nodes.csv", 7, "cpu_milli", "-5", "a whole number"};
    EXPECT_EQ(full.message(), "nodes.csv:7: cpu_milli: \"-5\": expected a whole number");
    EXPECT_EQ((input_error{"", 0, "--seed", "x", "a number"}).message(), "--seed: \"x\": expected a number");
    EXPECT_EQ((input_error{"f", 0, "", "", "text"}).message(), "f: \"\": expected text");
    EXPECT_EQ((input_error{"f", 0, "", "a\nb\x1b\r", "text"}).message(), "f: \"a b  \": expected text");
    EXPECT_LT((input_error{"f", 0, "", std::string(9999, 'x'), "text"}).message().size(), 400U);
}

TEST(input_error, travels_in_an_expected) {
    const gpupack::expected<int, input_error> failed = gpupack::bad_input("a", "b", "c");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error(), (input_error{"", 0, "a", "b", "c"}));
}
