// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/best_gpus.hpp>

#include "support/random_choices.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <utility>
#include <vector>

using namespace gpupack;

TEST(best_gpus, are_the_first_of_all_in_order) {
    for_random_nodes([](const node_view& node, const request& request) {
        if (request.share.is_split() || request.numa != numa_alignment::none) return; // they are chosen together
        const auto value = [&](int i) { return policy::score{node.gpu(i).compute_free % 300}; };
        std::vector<std::pair<policy::score, int>> order;
        for_each_gpu(fit::fitting_gpus(node, request), [&](int i) { order.emplace_back(-value(i), i); });
        std::sort(order.begin(), order.end());
        gpu_set first;
        for (int i = 0; i < request.gpus; ++i) first.insert(order[static_cast<std::size_t>(i)].second);
        RC_ASSERT(dialect::best_gpus(node, request, value) == first);
    });
}
