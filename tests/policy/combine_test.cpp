// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/combine.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(combine, a_node_scorer_scores_candidates_too_but_not_the_reverse) {
    static_assert(policy::scores<policy::first_fit, node_view> && policy::scores<policy::first_fit, candidate>);
    static_assert(policy::scores<policy::gpu_best_fit, candidate> &&
                  !policy::scores<policy::gpu_best_fit, node_view>);
    static_assert(policy::plain_scores<policy::first_fit, candidate>);
    EXPECT_EQ(policy::score_of(policy::first_fit{}, candidate{}, {}), 0);
}
