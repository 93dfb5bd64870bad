// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/requestless.hpp>

#include <gpupack/state/cluster.hpp>
#include <gpupack/state/live_nodes.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

/// The placements without CPU or memory, one by one.
requestless counted_on(const cluster& cluster, node_id node) {
    requestless counts;
    cluster.for_each_placement_on(node, [&](const placement& each) {
        const placed_resources held = cluster.resources_of(each);
        counts.count(held.cpu, held.memory, 1);
    });
    return counts;
}

void check_counts(const cluster& cluster) {
    requestless all;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        if (!cluster.contains(cluster.id_at(n))) continue;
        const requestless there = counted_on(cluster, cluster.id_at(n));
        RC_ASSERT(cluster.requestless_on(cluster.id_at(n)) == there);
        all.cpu += there.cpu;
        all.memory += there.memory;
    }
    RC_ASSERT(cluster.requestless() == all);
}

} // namespace

TEST(requestless, counts_what_holds_no_cpu_and_what_holds_no_memory) {
    requestless counts;
    EXPECT_FALSE(counts.any());
    counts.count(1_cores, 1_GiB, 1);
    EXPECT_FALSE(counts.any());
    counts.count(milli_cpu{}, 1_GiB, 1);
    counts.count(milli_cpu{}, mebibytes{}, 1);
    EXPECT_EQ(counts, (requestless{2, 1}));
    counts.count(milli_cpu{}, mebibytes{}, -1);
    EXPECT_EQ(counts, (requestless{1, 0}));
    EXPECT_TRUE(counts.any());
}

TEST(requestless, is_what_is_placed_whatever_comes_and_goes) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        cluster cluster = history.used_cluster();
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            for (const request& each : {request{}, request{.cpu = 1_cores}, request{.memory = 1_MiB}})
                (void)cluster.try_take(cluster.id_at(n), {}, each);
        }
        check_counts(cluster);
        const gpupack::cluster before = cluster;
        for (const placement& each : cluster.placements()) {
            const placed_resources held = cluster.resources_of(each);
            if (history.below(2) == 0) continue;
            cluster.give_back(each);
            if (history.below(2) == 0) (void)cluster.restore(held, true);
        }
        check_counts(cluster);
        check_counts(before);
        if (cluster.size() > 1) (void)cluster.remove_node(cluster.id_at(0));
        check_counts(cluster);
        for (const placement& each : cluster.placements()) cluster.give_back(each);
        RC_ASSERT(!cluster.requestless().any());
    });
}
