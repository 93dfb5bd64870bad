// SPDX-License-Identifier: Apache-2.0
// A baseline of the FGD study, against its formula as the simulator evaluates it.
#include <gpupack/policy/gpu_packing.hpp>

#include "support/gpu_parts.hpp"
#include "support/random_choices.hpp"
#include "support/score_of_states.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::gpu_packing>);
using policy::score;

TEST(gpu_packing, keeps_to_its_three_tiers) {
    for_random_nodes(
        [](const node_view& node, const request& request) {
            const score told = policy::gpu_packing{}(node, request);
            if (request.gpus == 0) return RC_ASSERT(told == 0);
            std::vector<score> left;
            for (int i = 0; i < node.gpu_count(); ++i) left.push_back(plain_part_free(node, i));
            const auto idle = std::count(left.begin(), left.end(), 1000);
            if (idle == node.gpu_count()) return RC_ASSERT(told == std::max<score>(33 - idle, idle));
            std::sort(left.begin(), left.end());
            score taken = 0;
            score idle_taken = 0;
            score percent = 0;
            for (const score free : left) {
                if (taken == request.gpus || free < plain_part_wanted(node, request) / request.gpus) continue;
                ++taken;
                idle_taken += free == 1000 ? 1 : 0;
                percent += free * 100 / 1000;
            }
            if (taken < request.gpus) return; // shared memory alone: outside the published model
            RC_ASSERT(told == (idle_taken > 0 ? std::max<score>(50 - idle_taken, 33)
                                              : std::max<score>(100 - percent / 10, 50)));
        },
        true);
}
