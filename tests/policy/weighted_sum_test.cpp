// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/weighted_sum.hpp>

#include "support/random_choices.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;
using policy::score;

namespace {

constexpr policy::best_fit a{};
constexpr policy::binpack b{};
constexpr policy::gpu_best_fit g{};

} // namespace

TEST(weighted_sum, is_exact_in_thousandths) {
    const auto sum = 0.7 * a + 0.3 * b;
    const auto mixed = -1.5 * a + 2.0 * g; // a node's score and a candidate's
    for_random_candidates([&](const candidate& chosen, const request& request) {
        RC_ASSERT(sum(chosen.node, request) == 700 * a(chosen.node, request) + 300 * b(chosen.node, request));
        RC_ASSERT(mixed(chosen, request) == -1500 * a(chosen.node, request) + 2000 * g(chosen, request));
    });
    static_assert(policy::node_scorer<decltype(sum)> && !policy::node_scorer<decltype(mixed)>);
    EXPECT_EQ((0.0004 * a).map.thousandths, 0);
    EXPECT_EQ((0.0005 * a).map.thousandths, 1);
    EXPECT_DEATH((void)(1001.0 * a), "a weight from -1000 to 1000");
}
