// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/policy/link_preserve.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/random_topology.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::link_preserve>);
using gpupack::policy::score;

namespace {

/// The best total of disjoint sets of that size, by trying all of them.
score naive_worth(const link_view& links, gpu_set left, int size, std::uint32_t from = 1) {
    score best = 0;
    for (std::uint32_t bits = from; bits < 1U << links.gpus(); ++bits) {
        const gpu_set set = gpu_set::from_bits(bits);
        if (set.size() != size || !((set & left) == set)) continue;
        best = std::max(best, links.score(set) + naive_worth(links, left - set, size, bits + 1));
    }
    return best;
}

} // namespace

TEST(link_preserve, scores_own_speed_less_what_others_lose) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const int gpus = static_cast<int>(2 + random.below(5));
        cluster on = cluster_builder{}
                         .add_nodes(1, {8_cores, 8_GiB, {gpus, models::t4}, {}, random_topology(random, gpus)})
                         .build()
                         .value();
        gpu_set free = gpu_set::first(gpus);
        for (int i = 0; i < gpus; ++i)
            if (random.below(4) == 0) {
                free.erase(i);
                (void)on.take(node_id{0}, gpu_set::of(i), {.gpus = 1});
            }
        const request request{.gpus = static_cast<int>(1 + random.below(4))};
        const node_view node = on[node_id{0}];
        if (!fit::fits(node, request)) return;
        const link_view& links = *node.type().links;
        const policy::link_preserve scorer{.own = 3, .weights = {1, 5, 2}};
        score best = -1'000'000;
        gpu_set best_set;
        for_each_subset(free, request.gpus, [&](gpu_set set) {
            score sum = request.gpus == 1 ? 0 : 3 * 1000 * links.score(set) / links.best(request.gpus);
            const score weights[] = {1, 5, 2};
            for (int k = 2, nth = 0; k <= std::min(gpus, 8); k *= 2, ++nth)
                sum -= weights[nth] * 1000 * (naive_worth(links, free, k) - naive_worth(links, free - set, k)) /
                       links.best(k);
            RC_ASSERT(scorer(candidate{node, set}, request) == sum);
            if (sum > best) {
                best = sum;
                best_set = set;
            }
        });
        RC_ASSERT(policy::select_gpus(scorer, node, request).gpus == best_set);
    });
}

TEST(link_preserve, puts_single_gpus_where_they_break_no_pair) {
    cluster on = cluster_builder{}.add_nodes(2, machines::dgx_1_v100()).build().value();
    (void)on.take(node_id{1}, gpu_set::from_bits(0x0b), {.gpus = 3}); // {0, 1, 3}
    const request request{.gpus = 1};
    const policy::link_preserve scorer;
    EXPECT_EQ(policy::select_gpus(scorer, on[node_id{1}], request).gpus, gpu_set::of(2));
    EXPECT_GT(policy::node_score(scorer, on[node_id{1}], request), policy::node_score(scorer, on[node_id{0}], request));
}
