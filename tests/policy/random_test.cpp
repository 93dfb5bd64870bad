// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/random.hpp>

#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <array>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::random> && gpupack::policy::policy<gpupack::policy::gpu_random>);

TEST(random, takes_each_node_and_each_gpu_equally_often) {
    cluster on = cluster_builder{}.add_nodes(5, {8_cores, 8_GiB, {4, models::t4}}).build().value();
    (void)on.take(node_id{2}, gpu_set::of(1), {.gpus = 1, .share = slice{0_MiB, 100_milli}}); // not alike, as likely
    scheduler by{on, policy::node_then_gpus(policy::random{7}, policy::gpu_random{7})};
    const request request{.gpus = 1, .share = slice{0_MiB, 300_milli}};
    std::array<int, 5> nodes{};
    std::array<int, 4> gpus{};
    for (int i = 0; i < 20000; ++i) {
        const auto placed = by.try_place(request);
        ++nodes[placed->node.number()];
        if (placed->node == node_id{2}) ++gpus[static_cast<std::size_t>(placed->gpus.lowest())];
        by.release(*placed);
    }
    for (const int count : nodes) EXPECT_NEAR(count, 4000, 300); // over five standard deviations
    for (const int count : gpus) EXPECT_NEAR(count, 1000, 150);
}

TEST(random, is_decided_by_its_seed) {
    const auto first_nodes = [](std::uint64_t seed) {
        scheduler by{cluster_builder{}.add_nodes(50, {8_cores, 8_GiB, {}}).build().value(), policy::random{seed}};
        std::vector<std::uint32_t> nodes;
        for (int i = 0; i < 10; ++i) nodes.push_back(by.try_place({.cpu = 1_cores})->node.number());
        return nodes;
    };
    EXPECT_EQ(first_nodes(1), first_nodes(1));
    EXPECT_NE(first_nodes(1), first_nodes(2));
}
