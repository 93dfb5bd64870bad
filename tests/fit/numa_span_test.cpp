// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/fit/numa_span.hpp>

#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/diagnose.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace gpupack;

namespace {

int naive_span(const node_view& node, gpu_set gpus) {
    std::set<int> seen;
    for_each_gpu(gpus, [&](int i) { seen.insert(node.capacity(i).numa); });
    return static_cast<int>(seen.size());
}

/// The narrowest span of any k of these GPUs; 99 where there are too few.
int naive_narrowest(const node_view& node, gpu_set among, int count) {
    int least = 99;
    for_each_subset(among, count, [&](gpu_set set) { least = std::min(least, naive_span(node, set)); });
    return least;
}

} // namespace

TEST(numa_span, is_what_trying_all_sets_says) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
        const gpu_set among =
            gpu_set::from_bits(static_cast<std::uint32_t>(history.below(256))) & gpu_set::first(node.gpu_count());
        RC_ASSERT(fit::numa_span(node, among) == naive_span(node, among));
        for (int k = 1; k <= among.size(); ++k)
            RC_ASSERT(fit::narrowest_span(node, among, k) == naive_narrowest(node, among, k));
    });
}

// For every alignment: which sets are candidates, whether the node fits, and why not, by trying all sets.
TEST(numa_span, decides_what_fits) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const node_view node = on[node_id{static_cast<std::uint32_t>(history.below(on.size()))}];
        request request = history.any_request(on);
        if (request.share.is_split() || request.gpus < 2) return;
        request.numa = numa_alignment::none;
        const bool would_fit = fit::fits(node, request);
        const gpu_set fitting = fit::fitting_gpus(node, request);
        for (const auto wish : {numa_alignment::best_effort, numa_alignment::restricted, numa_alignment::single}) {
            request.numa = wish;
            int allowed = 1;
            if (wish == numa_alignment::best_effort) allowed = naive_narrowest(node, fitting, request.gpus);
            if (wish == numa_alignment::restricted)
                allowed = naive_narrowest(node, fit::wanted_gpus(node, request), request.gpus);
            const bool fits = would_fit && naive_narrowest(node, fitting, request.gpus) <= allowed;
            RC_ASSERT(fit::fits(node, request) == fits);
            RC_ASSERT((fit::diagnose(node, request).why == fit::reason::none) == fits);
            if (would_fit && !fits) {
                RC_ASSERT(fit::diagnose(node, request).why == fit::reason::numa);
                RC_ASSERT(fit::diagnose(node, request).lack.gpus > 0);
            }
            bool any = false;
            fit::for_each_candidate(node, request, [&](const candidate& each) {
                any = true;
                RC_ASSERT(naive_span(node, each.gpus) <= allowed);
                RC_ASSERT(fit::fits_on(node, request, each.gpus, each.slots));
            });
            RC_ASSERT(any == fits);
            if (!fits) continue;
            gpu_set lowest;
            for_each_subset(fitting, request.gpus, [&](gpu_set set) {
                if (lowest.empty() && naive_span(node, set) <= allowed) lowest = set;
            });
            RC_ASSERT(fit::lowest_gpus(node, request) == lowest);
        }
    });
}
