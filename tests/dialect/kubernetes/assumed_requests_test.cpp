// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/assumed_requests.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

using namespace gpupack;

namespace {

using assumed_spread = dialect::assumed_requests<policy::spread>;

constexpr assumed_spread by_assumed{{{1, 1, 0}}};

cluster plain_nodes(std::size_t count) {
    return cluster_builder{}.add_nodes(count, {2_cores, mebibytes{2000}, {4, models::t4}}).build().value();
}

policy::score assumed_score(const cluster& cluster, const request& request, std::uint32_t node) {
    return policy::prepare(by_assumed, {cluster, request, 0})(cluster.node_at(node), request);
}

} // namespace

TEST(assumed_requests, count_a_tenth_of_a_core_and_200_mib_where_nothing_is_asked_for) {
    cluster cluster = plain_nodes(1);
    // 100 of 2000 milli-cores and 200 of 2000 MiB: what is free is 95 and 90 percent.
    EXPECT_EQ(assumed_score(cluster, {}, 0), (95 + 90) / 2);
    const placement bare = cluster.take(node_id{0}, gpu_set::first(1), {.gpus = 1});
    EXPECT_EQ(assumed_score(cluster, {}, 0), (90 + 80) / 2);
    EXPECT_EQ(assumed_score(cluster, {.cpu = 1_cores, .memory = mebibytes{1000}}, 0), (45 + 40) / 2);
    (void)cluster.take(node_id{0}, {}, {.cpu = 1_cores});
    EXPECT_EQ(assumed_score(cluster, {.cpu = milli_cpu{500}}, 0), (20 + 70) / 2);
    cluster.give_back(bare);
    EXPECT_EQ(assumed_score(cluster, {.cpu = milli_cpu{500}}, 0), (25 + 80) / 2);
}

TEST(assumed_requests, never_count_more_than_the_node_has_nor_change_what_fits) {
    cluster cluster = plain_nodes(1);
    for (int i = 0; i < 30; ++i) (void)cluster.take(node_id{0}, {}, {});
    EXPECT_EQ(assumed_score(cluster, {}, 0), 0);
    scheduler scheduler{cluster, by_assumed, search::scan{}};
    EXPECT_TRUE(scheduler.place({.cpu = 2_cores, .memory = mebibytes{2000}}));
}

// Engines keep scores and compare the states of nodes; these scores depend on more than the state.
TEST(assumed_requests, decide_alike_in_every_engine) {
    scheduler scanned{plain_nodes(12), by_assumed, search::scan{}};
    scheduler indexed{plain_nodes(12), by_assumed, search::indexed{}};
    scheduler split{plain_nodes(12), by_assumed, search::parallel{.part = 4}};
    const request kinds[] = {{},
                             {.gpus = 1},
                             {.cpu = milli_cpu{100}},
                             {.memory = mebibytes{100}, .gpus = 1},
                             {.cpu = milli_cpu{50}, .memory = mebibytes{50}}};
    std::vector<std::array<placement, 3>> live;
    random_stream random{7};
    for (int i = 0; i < 2000; ++i) {
        if (live.size() > 40 && random.below(2) == 0) {
            const auto gone = live.begin() + static_cast<std::ptrdiff_t>(random.below(live.size()));
            scanned.release((*gone)[0]);
            indexed.release((*gone)[1]);
            split.release((*gone)[2]);
            live.erase(gone);
            continue;
        }
        const request& kind = kinds[random.below(std::size(kinds))];
        const auto first = scanned.place(kind);
        const auto second = indexed.place(kind);
        const auto third = split.place(kind);
        ASSERT_EQ(first.has_value(), second.has_value());
        ASSERT_EQ(first.has_value(), third.has_value());
        if (!first) continue;
        ASSERT_EQ(first->node, second->node) << i;
        ASSERT_EQ(first->node, third->node) << i;
        live.push_back({*first, *second, *third});
    }
    EXPECT_GT(live.size(), 40U);
}
