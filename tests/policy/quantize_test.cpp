// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/quantize.hpp>

#include "support/policy_parts.hpp"
#include "support/random_choices.hpp"

#include <gpupack/core/math.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(quantize, rounds_down_also_below_zero) {
    const auto coarse = policy::quantize(parts::g, 300); // g is never above 0
    for_random_candidates([&](const candidate& chosen, const request& request) {
        RC_ASSERT(coarse(chosen, request) == floor_divide(parts::g(chosen, request), 300));
    });
    EXPECT_DEATH((void)policy::quantize(parts::a, 0), "a step above 0");
}
