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
}
