// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/fewest_numa_nodes.hpp>

#include <gpupack/policy/rank.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::fewest_numa_nodes>);

TEST(fewest_numa_nodes, takes_the_narrowest_set) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        request request = history.any_request(on);
        request.numa = numa_alignment::none;
        if (request.gpus == 0 || request.share.is_split()) return;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, request)) continue;
            const auto taken = policy::select_gpus(policy::fewest_numa_nodes{}, node, request);
            RC_ASSERT(fit::numa_span(node, taken.gpus) ==
                      fit::narrowest_span(node, fit::fitting_gpus(node, request), request.gpus));
        }
    });
}
