// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/share_rule_text.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;

TEST(share_rule_text, reads_back_every_rule) {
    for (unsigned bits = 1; bits < 32; ++bits) {
        const share_rule rule{.compute_alone = (bits & 1) != 0,
                              .unshared = (bits & 2) != 0,
                              .counts_percent = (bits & 4) != 0,
                              .double_rounding = (bits & 8) != 0,
                              .books_profile = (bits & 16) != 0};
        EXPECT_EQ(rule.bits(), bits);
        EXPECT_EQ(share_rule_from_text(to_text(rule)), rule) << to_text(rule);
    }
    EXPECT_EQ(to_text(share_rule{}), "");
}

TEST(share_rule_text, refuses_other_words) {
    for (const char* text : {"", "alone", "compute_alone+", "+unshared", "compute_alone,unshared"})
        EXPECT_FALSE(share_rule_from_text(text)) << text;
}

} // namespace
