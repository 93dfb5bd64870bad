// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/text_table.hpp>

#include <gtest/gtest.h>

using gpupack::io::parse_number;
using gpupack::io::text_table;

namespace {

std::string error_of(std::string_view content) {
    const auto table = text_table::parse("f.csv", content, {"a", "b"}, {"c"});
    return table ? "" : table.error().message();
}

} // namespace

TEST(text_table, takes_columns_by_name_in_the_order_asked_for) {
    const auto table = text_table::parse("f.csv", "x,b,a\n1,2,3\n\n4,5,6", {"a", "b"}, {"c"});
    ASSERT_TRUE(table);
    ASSERT_EQ(table->rows().size(), 2U);
    EXPECT_EQ(table->rows()[0].fields, (std::vector<std::string_view>{"3", "2", ""}));
    EXPECT_EQ(table->rows()[1].fields, (std::vector<std::string_view>{"6", "5", ""}));
    EXPECT_EQ(table->rows()[1].line, 4U);
}

TEST(text_table, accepts_windows_line_ends) {
    const auto table = text_table::parse("f.csv", "a,b\r\n1,2\r\n", {"a", "b"});
    ASSERT_TRUE(table);
    EXPECT_EQ(table->rows()[0].fields[1], "2");
}

TEST(text_table, says_what_is_wrong_with_the_shape) {
    EXPECT_EQ(error_of(""), "f.csv:1: header: \"\": expected the columns a,b");
    EXPECT_EQ(error_of("a,z\n"), "f.csv:1: header: \"a,z\": expected the columns a,b");
    EXPECT_EQ(error_of("a,b,a\n"), "f.csv:1: header: \"a,b,a\": expected the column a once");
    EXPECT_EQ(error_of("a,b\n1,2\n3\n"), "f.csv:3: row: \"3\": expected 2 fields");
    EXPECT_EQ(error_of("a,b\n1,2,3\n"), "f.csv:2: row: \"1,2,3\": expected 2 fields");
}

TEST(text_table, numbers_are_plain_and_in_range) {
    EXPECT_EQ(parse_number("f", 1, "n", "17", 0, 20).value(), 17);
    for (const std::string_view bad : {"", " 1", "1 ", "1.5", "1,0", "x", "-1", "21", "99999999999999999999"}) {
        const auto parsed = parse_number("f", 7, "n", bad, 0, 20);
        ASSERT_FALSE(parsed) << bad;
        EXPECT_EQ(parsed.error().message(),
                  "f:7: n: \"" + std::string{bad} + "\": expected a whole number from 0 to 20");
    }
}

TEST(text_table, reads_what_other_programs_write) {
    for (const std::string_view content : {"A; b \n3;2\n", "a\tb\r3\t2\r", "\"a\",\"b\"\n\"3\",\"2\"\n",
                                           "# made by hand\na,b\n3,2,\n", "a|b\n\n3|2\n"}) {
        const auto table = text_table::parse("f.csv", content, {"b", "a"});
        ASSERT_TRUE(table) << content;
        ASSERT_EQ(table->rows().size(), 1U) << content;
        EXPECT_EQ(table->rows()[0].fields, (std::vector<std::string_view>{"2", "3"})) << content;
    }
}
