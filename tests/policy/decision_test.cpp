// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/decision.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <gtest/gtest.h>

#include <type_traits>

using namespace gpupack;

TEST(decision, a_plain_policy_is_its_own_scorer_and_another_prepares_one) {
    static_assert(std::is_same_v<policy::scorer_of<policy::best_fit>, policy::best_fit>);
    static_assert(std::is_same_v<policy::scorer_of<policy::random>, policy::random_scorer>);
    static_assert(policy::preparable<policy::random> && !policy::preparable<policy::best_fit>);
    const cluster cluster = cluster_builder{}.build().value();
    const request request;
    EXPECT_EQ(policy::prepare(policy::random{3}, {cluster, request, 7}).key, policy::random{3}.scorer_at(7).key);
}
