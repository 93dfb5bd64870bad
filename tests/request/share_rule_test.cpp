// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/share_rule.hpp>

#include <gtest/gtest.h>

namespace {

using gpupack::share_rule;

TEST(share_rule, is_plain_by_default_and_differs_by_each_member) {
    constexpr share_rule rules[] = {{},
                                    {.compute_alone = true},
                                    {.unshared = true},
                                    {.counts_percent = true},
                                    {.double_rounding = true},
                                    {.books_profile = true}};
    for (const share_rule& a : rules)
        for (const share_rule& b : rules) EXPECT_EQ(a == b, &a == &b);
    for (const share_rule& each : rules) EXPECT_EQ(each.is_plain(), &each == &rules[0]);
}

} // namespace
