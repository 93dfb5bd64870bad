// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/mapped_policy.hpp>

#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/rank.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(mapped_policy, maps_the_scores_that_its_part_visits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        const request request = history.any_request(cluster);
        const policy::fragmentation inner{history.any_mix(cluster)};
        const policy::decision decision{cluster, request, 0};
        const auto part = policy::prepare(inner, decision);
        const auto mapped = policy::prepare(policy::quantize(inner, 1000), decision);
        static_assert(policy::policy_traits<std::remove_const_t<decltype(mapped)>>::visits_scores);
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            const node_view node = cluster[node_id{n}];
            if (!fit::fits(node, request)) continue;
            RC_ASSERT(policy::node_score(mapped, node, request) ==
                      floor_divide(policy::node_score(part, node, request), 1000));
        }
    });
}
