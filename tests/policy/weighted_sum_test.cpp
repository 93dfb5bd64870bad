// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/weighted_sum.hpp>

#include "support/policy_parts.hpp"
#include "support/random_choices.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;
using policy::score;

TEST(weighted_sum, is_exact_in_thousandths) {
    const auto sum = 0.7 * parts::a + 0.3 * parts::b;
    const auto mixed = -1.5 * parts::a + 2.0 * parts::g; // a node's score and a candidate's
    for_random_candidates([&](const candidate& chosen, const request& request) {
        RC_ASSERT(sum(chosen.node, request) ==
                  700 * parts::a(chosen.node, request) + 300 * parts::b(chosen.node, request));
        RC_ASSERT(mixed(chosen, request) == -1500 * parts::a(chosen.node, request) + 2000 * parts::g(chosen, request));
    });
    static_assert(policy::node_scorer<decltype(sum)> && !policy::node_scorer<decltype(mixed)>);
    EXPECT_EQ((0.0004 * parts::a).map.thousandths, 0);
    EXPECT_EQ((0.0005 * parts::a).map.thousandths, 1);
    EXPECT_DEATH((void)(1001.0 * parts::a), "a weight from -1000 to 1000");
}
