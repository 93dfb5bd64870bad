// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/semantic_version.hpp>

#include <gtest/gtest.h>

#include <vector>

using gpupack::dialect::dra::semantic_version;

TEST(semantic_version, is_ordered_by_precedence) {
    const std::vector<const char*> ascending{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                             "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                             "1.0.0-rc.1",  "1.0.0",         "1.0.1",
                                             "1.2.0",       "10.0.0"};
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t j = 0; j < ascending.size(); ++j)
            EXPECT_EQ(*semantic_version::parse(ascending[i]) <=> *semantic_version::parse(ascending[j]), i <=> j)
                << ascending[i] << " " << ascending[j];
    EXPECT_EQ(*semantic_version::parse("1.0.0+a"), *semantic_version::parse("1.0.0+b"));
}

TEST(semantic_version, refuses_what_is_none) {
    for (const char* text :
         {"", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.x", "1.0.0-a..b"})
        EXPECT_FALSE(semantic_version::parse(text)) << text;
}

TEST(semantic_version, forgives_if_told_to) {
    EXPECT_EQ(semantic_version::normalized("v1.02"), "1.2.0");
    EXPECT_EQ(semantic_version::normalized("3"), "3.0.0");
    EXPECT_EQ(semantic_version::normalized("1.2.3-rc.1"), "1.2.3-rc.1");
}
