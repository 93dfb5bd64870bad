// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/topology.hpp>

#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/policy/rank.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// HAMi's two rules in plain loops over the pair scores.
TEST(hami_topology, takes_the_weakest_gpu_or_the_strongest_set) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        if (request.gpus == 0 || request.share.is_split() || request.numa != numa_alignment::none) return;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            const link_view* const links = node.type().links;
            if (links == nullptr || !fit::fits(node, request)) continue;
            const gpu_set fitting = fit::fitting_gpus(node, request);
            gpu_set best;
            int best_sum = 0;
            for_each_subset(fitting, request.gpus, [&](gpu_set set) {
                int sum = 0;
                for_each_gpu(set, [&](int a) {
                    for_each_gpu(request.gpus == 1 ? fitting : set, [&](int b) {
                        if (a != b) sum += links->pair(a, b, nvlink_count::direct);
                    });
                });
                const bool better = request.gpus == 1 ? sum < best_sum : sum > best_sum;
                if (!best.empty() && !better) return;
                best = set;
                best_sum = sum;
            });
            RC_ASSERT(policy::select_gpus(dialect::hami_topology{}, node, request).gpus == best);
        }
    });
}
