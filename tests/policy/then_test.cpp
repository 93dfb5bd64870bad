// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/then.hpp>

#include "support/random_choices.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

constexpr policy::best_fit a{};
constexpr policy::binpack b{};
constexpr policy::gpu_best_fit g{};

} // namespace

TEST(then, lets_the_second_decide_only_among_equals) {
    const auto order = policy::then(a, b, g);
    for_random_candidates([&](const candidate& chosen, const request& request) {
        const auto told = order(chosen, request);
        RC_ASSERT(told.first == a(chosen.node, request));
        RC_ASSERT(told.second.first == b(chosen.node, request));
        RC_ASSERT(told.second.second == g(chosen, request));
    });
}
