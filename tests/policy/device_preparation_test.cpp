// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/device_preparation.hpp>

#include <gpupack/dialect/kai/scorers.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/search/scan.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

using namespace gpupack;

static_assert(policy::device_preparable<policy::worst_fit>);
static_assert(policy::device_preparable<decltype(policy::normalize(policy::worst_fit{}))>);
static_assert(policy::device_preparable<decltype(0.5 * policy::random{})>);
// A weighted sum of a policy that measures nodes names no preparation, nor does a policy that counts what is free of profiles.
static_assert(!policy::device_preparable<policy::mig_scarcity>);
static_assert(!policy::device_preparable<decltype(0.5 * policy::normalize(policy::worst_fit{}))>);

namespace {

/// Prepares decisions as a kernel does, without the host's prepare(), on a cluster that changes: each must score all nodes
/// as the policy does.
template <class MakePolicy> void check_preparation(const MakePolicy& make) {
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        random_history history{seed};
        cluster cluster = history.used_cluster();
        const auto policy = make(history.any_mix(cluster), seed);
        std::vector<request> requests;
        for (int i = 0; i < 4; ++i) requests.push_back(history.any_request(cluster));
        policy::device_preparation_of<std::remove_const_t<decltype(policy)>> preparation{policy, cluster, requests};
        const auto view = preparation.view([](auto& entries) { return entries.data(); });
        typename decltype(view)::scorer_type scorer{};
        for (std::uint64_t ordinal = 0; ordinal < 30; ++ordinal) {
            const auto nth = static_cast<std::uint32_t>(history.below(requests.size()));
            const request& request = requests[nth];
            policy::value_span span;
            for (std::uint32_t n = 0; n < cluster.size(); ++n) {
                policy::score value = 0;
                if constexpr (policy::measuring_view<decltype(view)>)
                    if (view.measure(cluster[node_id{n}], request, nth, value)) span.offer(value);
            }
            view.prepare(scorer, nth, ordinal, span);
            const policy::decision decision{cluster, request, ordinal};
            const auto expected = policy::prepare(policy, decision);
            for (std::uint32_t n = 0; n < cluster.size(); ++n) {
                if (!fit::fits(cluster[node_id{n}], request)) continue;
                ++compared;
                ASSERT_EQ(policy::node_score(scorer, cluster[node_id{n}], request),
                          policy::node_score(expected, cluster[node_id{n}], request))
                    << seed;
            }
            const auto found = search::scan::searcher{}.find(policy, decision);
            if (!found) continue;
            (void)cluster.take(found->node, found->gpus, request, found->slots);
        }
    }
    EXPECT_GT(compared, 1000U);
}

} // namespace

TEST(device_preparation, keeps_the_scorers_of_policies_that_keep_scores) {
    check_preparation([](const task_mix&, std::uint64_t) { return policy::worst_fit{}; });
}

TEST(device_preparation, draws_by_the_number_of_the_decision) {
    check_preparation([](const task_mix&, std::uint64_t seed) {
        return policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed});
    });
}

TEST(device_preparation, measures_the_nodes_that_count) {
    check_preparation([](const task_mix&, std::uint64_t) {
        return policy::node_then_gpus(policy::normalize(policy::worst_fit{}), policy::gpu_worst_fit{});
    });
    // KAI compares with all nodes that have the resource, also those that the request does not fit.
    check_preparation([](const task_mix&, std::uint64_t seed) {
        return dialect::kai_node{seed % 4 == 0 ? policy::strategy::spread : policy::strategy::binpack};
    });
}
