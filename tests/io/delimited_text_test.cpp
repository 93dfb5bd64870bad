// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/delimited_text.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

using gpupack::io::delimited_field;
using gpupack::io::delimited_text;

namespace {

using table = std::vector<std::vector<std::string>>;

table read_all(std::string_view content, char separator = ',') {
    delimited_text reader{content, separator};
    table all;
    for (delimited_text::row row; reader.read(row);) all.emplace_back(row.fields.begin(), row.fields.end());
    return all;
}

} // namespace

TEST(delimited_text, reads_every_line_end_and_skips_blank_lines_and_comments) {
    const table expected{{"a", "b"}, {"1", "2"}};
    for (const std::string_view text :
         {"a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2", "a,b\n\n  \n1,2\n", "#x,y\na,b\n1,2"})
        EXPECT_EQ(read_all(text), expected) << text;
}

TEST(delimited_text, unquotes_fields) {
    EXPECT_EQ(read_all("\"a\",\"b,c\",\"d \"\"e\"\"\"\n"), (table{{"a", "b,c", "d \"e\""}}));
    EXPECT_EQ(read_all("\"a\nb\",c\n"), (table{{"a\nb", "c"}}));
    EXPECT_EQ(read_all(" a , \"b\" ,c\n"), (table{{"a", "b", "c"}}));
    EXPECT_EQ(read_all("a\"b,c\n"), (table{{"a\"b", "c"}}));
    EXPECT_EQ(read_all("\"never closed,x\nb,c\n"), (table{{"\"never closed", "x"}, {"b", "c"}}));
    EXPECT_EQ(read_all("a,\"b\" c\nd,\"e\"\n"), (table{{"a", "\"b\" c"}, {"d", "e"}}));
    EXPECT_EQ(read_all("\"a\"\"\n"), (table{{"\"a\"\""}}));
}

TEST(delimited_text, counts_lines_within_quotes) {
    delimited_text reader{"\"a\nb\",c\n\nd,e\n", ','};
    delimited_text::row row;
    ASSERT_TRUE(reader.read(row));
    EXPECT_EQ(row.line, 1U);
    ASSERT_TRUE(reader.read(row));
    EXPECT_EQ(row.line, 4U);
}

TEST(delimited_text, keeps_empty_fields_and_drops_one_too_many) {
    EXPECT_EQ(read_all("a,,\n"), (table{{"a", "", ""}}));
    EXPECT_EQ(read_all("a\t\tb\n", '\t'), (table{{"a", "", "b"}}));
    delimited_text reader{"1,2,\n", ','};
    delimited_text::row row;
    ASSERT_TRUE(reader.read(row, 2));
    EXPECT_EQ(row.fields.size(), 2U);
}

TEST(delimited_text, finds_the_separator) {
    EXPECT_EQ(delimited_text::find_separator("a,b\n1,2\n"), ',');
    EXPECT_EQ(delimited_text::find_separator("a;b\n1,5;2,5\n"), ';');
    EXPECT_EQ(delimited_text::find_separator("a\tb\n1\t2\n"), '\t');
    EXPECT_EQ(delimited_text::find_separator("name,gpu_spec\na,V100M16|V100M32\n"), ',');
    EXPECT_EQ(delimited_text::find_separator("1|COMPLETED|billing=12,cpu=12,mem=3G\n2|FAILED|cpu=1,mem=3G,node=1\n"),
              '|');
    EXPECT_EQ(delimited_text::find_separator("one\n"), ',');
}

RC_GTEST_PROP(delimited_text, reads_back_what_delimited_field_writes, (const std::vector<std::string>& fields)) {
    RC_PRE(!fields.empty());
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + delimited_field(fields[i]);
    const table read = read_all(line + "\n");
    const bool is_blank = fields.size() == 1 && fields.front().empty();
    RC_ASSERT(read == (is_blank ? table{} : table{fields}));
}

RC_GTEST_PROP(delimited_text, any_bytes_are_read_to_the_end, (const std::string& text)) {
    for (const char separator : {',', '\t', '|', ';'}) (void)read_all(text, separator);
    (void)delimited_text::find_separator(text);
}

TEST(delimited_text, raw_text_has_no_quotes_and_no_comments) {
    delimited_text reader{"#a|\"b\nc|\"d\"\n", '|', true};
    delimited_text::row next;
    ASSERT_TRUE(reader.read(next));
    EXPECT_EQ(next.fields, (std::vector<std::string_view>{"#a", "\"b"}));
    ASSERT_TRUE(reader.read(next));
    EXPECT_EQ(next.fields, (std::vector<std::string_view>{"c", "\"d\""}));
    EXPECT_FALSE(reader.read(next));
}
