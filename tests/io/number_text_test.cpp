// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/number_text.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>

using namespace gpupack::io;

TEST(number_text, reads_whole_numbers_however_they_are_written) {
    for (const std::string_view text : {"4000", "4000.0", "4e3", "4.0E+03", "+4000", "4000.", "400000e-2"})
        EXPECT_EQ(parse_whole(text), 4000) << text;
    EXPECT_EQ(parse_whole("-7"), -7);
    EXPECT_EQ(parse_whole("0.0"), 0);
    for (const std::string_view text : {"", ".", "-", "1.5", "1,000", "1e", "e3", "1 ", "0x10", "1e999", "inf", "1e30"})
        EXPECT_FALSE(parse_whole(text)) << text;
}

TEST(number_text, scales_exactly_and_rounds_as_told) {
    EXPECT_EQ(parse_decimal("62.50")->scaled(1024), 64000);
    EXPECT_EQ(parse_decimal("29.296875")->scaled(1024), 30000);
    EXPECT_EQ(parse_decimal("0.1")->scaled(1000), 100);
    EXPECT_EQ(parse_decimal("1.0001")->scaled(1000), 1000);
    EXPECT_EQ(parse_decimal("1.0001")->scaled(1000, 1, true), 1001);
    EXPECT_EQ(parse_decimal("-1.5")->scaled(1), -2);
    EXPECT_EQ(parse_decimal("1e-300")->scaled(1000), 0);
    EXPECT_FALSE(parse_decimal("9e18")->scaled(10));
    EXPECT_EQ(parse_decimal("123456789012345678901")->digits, 123456789012345678);
}

TEST(number_text, knows_the_words_for_no_value) {
    for (const std::string_view text : {"", "NaN", "None", "null", "NaT", "N/A", "Unknown", "-"})
        EXPECT_TRUE(is_missing(text)) << text;
    for (const std::string_view text : {"0", "nano", "A100"}) EXPECT_FALSE(is_missing(text)) << text;
}

RC_GTEST_PROP(number_text, reads_back_any_integer, (std::int64_t number)) {
    number %= 1'000'000'000'000'000'000;
    RC_ASSERT(parse_whole(std::to_string(number)) == number);
    RC_ASSERT((parse_whole(std::to_string(number) + ".000") == number || number >= 1'000'000'000'000'000 ||
               number <= -1'000'000'000'000'000));
}
