// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/fragmentation.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::fragmentation>);

TEST(fragmentation, scores_the_fall_of_fragmentation_that_the_placement_brings) {
    for_all([](std::uint64_t seed) {
        random_history history{seed, true};
        const cluster on = history.used_cluster();
        const task_mix expected = history.any_mix(on);
        const request request = history.any_request(on);
        const policy::fragmentation_table table{expected};
        const policy::fragmentation policy{expected};
        const auto scorer = policy.prepare({on, request, 0});
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            fit::for_each_candidate(node, request, [&](const candidate& chosen) {
                cluster after = on; // really take it, and measure again
                (void)after.take(node.id(), chosen.gpus, request, chosen.slots);
                RC_ASSERT(scorer(chosen, request) ==
                          table.view().fragmentation(node) - table.view().fragmentation(after[node.id()]));
            });
        }
    });
}

TEST(fragmentation, enumerates_the_same_scores_faster) {
    for_all([](std::uint64_t seed) {
        random_history history{seed, true};
        const cluster on = history.used_cluster();
        const policy::fragmentation policy{history.any_mix(on)};
        const request request = history.any_request(on);
        const auto scorer = policy.prepare({on, request, 0});
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            std::vector<std::pair<policy::score, std::uint32_t>> slow;
            std::vector<std::pair<policy::score, std::uint32_t>> fast;
            fit::for_each_candidate(on[node_id{n}], request, [&](const candidate& chosen) {
                slow.emplace_back(scorer(chosen, request), chosen.gpus.bits());
            });
            scorer.for_each_score(on[node_id{n}], request, [&](policy::score visited, gpu_set gpus, slot_list) {
                fast.emplace_back(visited, gpus.bits());
            });
            RC_ASSERT(fast == slow);
        }
    });
}
