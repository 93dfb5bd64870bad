// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/column_scores.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

using namespace gpupack;
using search::column_scores;

// That scores are those of the policies is tested in score_matrix_test.cpp.

TEST(column_scores, are_exact_within_limits_of_weights) {
    EXPECT_TRUE(column_scores<policy::best_fit>::is_exact({}));
    EXPECT_FALSE(column_scores<policy::best_fit>::is_exact({{milli_cpu{128000}, milli_gpu{1 << 30}}}));
    EXPECT_FALSE(column_scores<policy::best_fit>::is_exact({{milli_cpu{0}, milli_gpu{8000}}}));
    EXPECT_TRUE(column_scores<policy::worst_fit>::is_exact({}));
    EXPECT_FALSE(column_scores<policy::worst_fit>::is_exact({.cpu_weight = policy::score{1} << 31}));
    EXPECT_TRUE(column_scores<policy::binpack>::is_exact({}));
    EXPECT_FALSE(column_scores<policy::binpack>::is_exact({.points = 1 << 20}));
    EXPECT_FALSE(column_scores<policy::spread>::is_exact({.weights = {1 << 20, 1, 1}}));
}

TEST(column_scores, round_quotients_down_near_integers) {
    for (const std::int64_t divisor : {1, 3, 7, 128000, (1 << 30) + 1, 2147483647})
        for (const std::int64_t quotient : {0, 1, 2, 99, 100, 2047})
            for (const std::int64_t remainder : {std::int64_t{0}, divisor / 2, divisor - 1}) {
                const double reciprocal = 1.0 / static_cast<double>(divisor);
                const double value = static_cast<double>(quotient * divisor + remainder) * reciprocal;
                EXPECT_EQ(search::detail::whole_part(value), static_cast<double>(quotient)) << divisor;
            }
}
