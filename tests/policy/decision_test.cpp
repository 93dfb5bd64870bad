// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/decision.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>

#include <gtest/gtest.h>

#include <type_traits>

using namespace gpupack;

TEST(decision, a_plain_policy_is_its_own_scorer_and_another_prepares_one) {
    static_assert(std::is_same_v<policy::scorer_of<policy::best_fit>, policy::best_fit>);
    static_assert(std::is_same_v<policy::scorer_of<policy::random>, policy::random_scorer>);
    static_assert(policy::preparable<policy::random> && !policy::preparable<policy::best_fit>);
}

TEST(decision, policies_that_need_the_whole_cluster_say_so_also_inside_others) {
    using policy::looks_at_whole_cluster;
    static_assert(looks_at_whole_cluster<policy::random>());
    static_assert(!looks_at_whole_cluster<policy::best_fit>());
    static_assert(looks_at_whole_cluster<decltype(policy::then(policy::best_fit{}, policy::random{}))>());
    static_assert(looks_at_whole_cluster<decltype(policy::normalize(policy::best_fit{}))>());
}
