// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/text_fields.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace gpupack;

TEST(text_fields, read_back_whatever_was_written) {
    for_all([](const std::vector<std::string>& values) {
        std::string line;
        for (const std::string& value : values)
            line.append(line.empty() ? "" : "  ").append("a=").append(quoted_value(value));
        const auto fields = parse_fields(line);
        RC_ASSERT(fields.has_value());
        RC_ASSERT(fields->size() == values.size());
        for (std::size_t i = 0; i < values.size(); ++i) RC_ASSERT((*fields)[i].value == values[i]);
        std::string list;
        std::vector<std::string> items;
        for (const std::string& value : values)
            if (!value.empty()) {
                append_item(list, value);
                items.push_back(value);
            }
        RC_ASSERT(items_of(list) == items);
    });
}

TEST(text_fields, say_where_a_line_is_wrong) {
    const auto wrong = [](const char* line) { return parse_fields(line).error().message(); };
    EXPECT_EQ(wrong("a=1 =2"), R"(, column 5: "": expected a name before the equals sign)");
    EXPECT_EQ(wrong("a=1 b=\"x"), R"(b, column 5: "x": expected a closing quotation mark)");
    EXPECT_EQ(wrong("b=\"x\"y"), R"(b, column 1: "x": expected a blank after the quotation mark)");
    EXPECT_EQ(parse_fields("  a  b=2 ").value(), (std::vector<text_field>{{"a", "", 3, false}, {"b", "2", 6, true}}));
}
