// SPDX-License-Identifier: Apache-2.0
// The table of published numbers against the record that it was made from, where that is at hand.
#include "conformance/numbers.hpp"
#include "support/data_files.hpp"

#include <gtest/gtest.h>

TEST(numbers, are_those_of_the_record) {
    SKIP_WITHOUT_DATA();
    std::ifstream file{data_file("conformance.json")};
    const auto record = nlohmann::json::parse(file);
    for (const auto& [family, numbers] : record.items())
        if (family != "fgd") { // its tasks stand as rows here
            EXPECT_EQ(published(family), numbers) << family;
        }
    for (const char* part : {"frag", "unusable", "packing_score"})
        EXPECT_EQ(published("fgd").at(part), record.at("fgd").at(part)) << part;
}
