// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/binpack.hpp>

#include "support/gpu_parts.hpp"
#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <rapidcheck.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::binpack> && gpupack::policy::scorer<gpupack::policy::spread>);
using policy::score;

TEST(binpack, and_spread_are_the_weighted_means_of_what_is_used_and_free) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        const policy::resource_weights weights{history.number(0, 5), history.number(0, 5), history.number(0, 5)};
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            const node_view node = on[node_id{n}];
            if (!fit::fits(node, request)) continue;
            score used = 0;
            score free = 0;
            score all = 0;
            const auto add = [&](score capacity, score left, score wanted, score weight) {
                if (capacity == 0) return;
                used += weight * ((capacity - left + wanted) * 100 / capacity);
                free += weight * ((left - wanted) * 100 / capacity);
                all += weight;
            };
            add(node.cpu().count(), node.cpu_free().count(), request.cpu.count(), weights.cpu);
            add(node.memory().count(), node.memory_free().count(), request.memory.count(), weights.memory);
            if (request.gpus > 0)
                add(node.compute().count(), plain_part_free(node),
                    std::min(plain_part_wanted(node, request), plain_part_free(node)), weights.gpu);
            RC_ASSERT((policy::binpack{weights, 100}(node, request)) == (all == 0 ? 0 : used / all));
            RC_ASSERT((policy::spread{weights, 100}(node, request)) == (all == 0 ? 0 : free / all));
        }
    });
}
