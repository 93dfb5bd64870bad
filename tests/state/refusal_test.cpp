// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/refusal.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string_view>

using namespace gpupack;

TEST(refusal, has_a_clause_for_each_kind) {
    std::set<std::string_view> clauses;
    for (int kind = 0; kind <= static_cast<int>(refusal::beyond_limits); ++kind)
        clauses.insert(describe(static_cast<refusal>(kind)));
    EXPECT_EQ(clauses.size(), static_cast<std::size_t>(refusal::beyond_limits) + 1);
    EXPECT_FALSE(clauses.contains(""));
}
