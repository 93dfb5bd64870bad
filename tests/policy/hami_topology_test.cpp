#include <gpupack/policy/hami_topology.hpp>

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
        const request asked = history.any_request(on);
        if (asked.gpus == 0 || asked.share.is_split() || asked.numa != numa_alignment::none) return;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            const link_view* const links = node.kind().links;
            if (links == nullptr || !fit::fits(node, asked)) continue;
            const gpu_set fitting = fit::fitting_gpus(node, asked);
            gpu_set best;
            int best_sum = 0;
            for_each_subset(fitting, asked.gpus, [&](gpu_set set) {
                int sum = 0;
                for_each_gpu(set, [&](int a) {
                    for_each_gpu(asked.gpus == 1 ? fitting : set, [&](int b) {
                        if (a != b) sum += links->pair(a, b, nvlink_count::direct);
                    });
                });
                const bool better = asked.gpus == 1 ? sum < best_sum : sum > best_sum;
                if (!best.empty() && !better) return;
                best = set;
                best_sum = sum;
            });
            RC_ASSERT(policy::pick(policy::hami_topology{}, node, asked).gpus == best);
        }
    });
}
