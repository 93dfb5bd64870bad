// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/then.hpp>

#include "support/policy_parts.hpp"
#include "support/random_choices.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(then, lets_the_second_decide_only_among_equals) {
    const auto order = policy::then(parts::a, parts::b, parts::g);
    for_random_candidates([&](const candidate& chosen, const request& request) {
        const auto told = order(chosen, request);
        RC_ASSERT(told.first == parts::a(chosen.node, request));
        RC_ASSERT(told.second.first == parts::b(chosen.node, request));
        RC_ASSERT(told.second.second == parts::g(chosen, request));
    });
}
