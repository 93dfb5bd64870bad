// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/node_then_gpus.hpp>

#include "support/for_all.hpp"
#include "support/policy_parts.hpp"
#include "support/random_choices.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/rank.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(node_then_gpus, chooses_the_node_by_one_and_the_gpus_by_the_other) {
    const auto levels = policy::node_then_gpus(parts::a, parts::g);
    for_all([&](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, request)) continue;
            RC_ASSERT(policy::node_score(levels, node, request) == parts::a(node, request));
            RC_ASSERT(policy::select_gpus(levels, node, request).gpus ==
                      policy::select_gpus(parts::g, node, request).gpus);
        }
    });
}
