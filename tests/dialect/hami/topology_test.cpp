// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/topology.hpp>

#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/policy/rank.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

using namespace gpupack;

namespace {

/// The GPUs that fit in HAMi's order of devices: lowest score first, then higher NUMA node, then higher index.
std::vector<int> ordered(const node_view& node, const request& request) {
    std::vector<int> list;
    for_each_gpu(fit::fitting_gpus(node, request), [&](int i) { list.push_back(i); });
    const dialect::hami_gpus by{};
    std::sort(list.begin(), list.end(), [&](int a, int b) {
        const auto one = by(candidate{node, gpu_set::of(a)}, request);
        const auto other = by(candidate{node, gpu_set::of(b)}, request);
        return one != other ? one > other : a > b;
    });
    return list;
}

/// HAMi's two rules in plain loops over that list; of equal ones the first stays.
gpu_set by_links(const node_view& node, const request& request) {
    const auto list = ordered(node, request);
    const link_view& links = *node.type().links;
    const auto count = static_cast<std::size_t>(request.gpus);
    std::vector<bool> chosen(list.size());
    std::fill(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(count), true);
    gpu_set best;
    int best_sum = 0;
    do { // in the order of the combinations there
        gpu_set set;
        for (std::size_t i = 0; i < list.size(); ++i)
            if (chosen[i]) set.insert(list[i]);
        int sum = 0;
        for_each_gpu(set, [&](int a) {
            for (const int b : list)
                if (a != b && (count == 1 || set.contains(b))) sum += links.pair(a, b);
        });
        const bool better = count == 1 ? sum < best_sum : sum > best_sum;
        if (!best.empty() && !better) continue;
        best = set;
        best_sum = sum;
    } while (std::prev_permutation(chosen.begin(), chosen.end()));
    return best;
}

} // namespace

TEST(hami_topology, takes_the_weakest_gpu_or_the_strongest_set_and_keeps_the_order_of_ties) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        if (request.gpus == 0 || request.share.is_split() || request.numa != numa_alignment::none) return;
        if (in_profiles(request.share.way())) return;
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (node.type().links == nullptr || !fit::fits(node, request)) continue;
            RC_ASSERT(policy::select_gpus(dialect::hami_topology{}, node, request).gpus == by_links(node, request));
        }
    });
}
