// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/steady_bound.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace gpupack;
using namespace gpupack::literals;

TEST(steady_bound, is_what_could_be_in_use_of_what_would_be_there) {
    const cluster nodes = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    const std::vector<workload::task> tasks{{.name = "one", .request = {.gpus = 1}},
                                            {.name = "never", .request = {.gpus = 4}}};
    // Three of one GPU from 0 to 100, from 50 on as well one that no node holds.
    const std::vector<workload::arrival> arrivals{{0, 0, 100}, {0, 0, 100}, {0, 0, 100}, {1, 50, 100}};
    const auto bound = replay::steady_bound_of(nodes, tasks, arrivals, 0, 100, 2);
    EXPECT_DOUBLE_EQ(bound.allocated_percent, 75.0);
    EXPECT_DOUBLE_EQ(bound.size_percent, 100.0 * (3 + 3) / (3 + 7));
    EXPECT_DOUBLE_EQ(replay::steady_bound_of(nodes, tasks, {}, 0, 100).size_percent, 100.0);
}

// By compute the three have 7.5 % of the GPUs, by memory more than a quarter each.
TEST(steady_bound, counts_the_memory_of_gpus) {
    const cluster nodes = cluster_builder{}.add_nodes(1, {64_cores, 64_GiB, {4, models::a10}}).build().value();
    const std::vector<workload::task> tasks{
        {.name = "20 GiB", .request = {.gpus = 1, .share = slice{20_GiB, 100_milli}}, .size = 900}};
    const std::vector<workload::arrival> three{{0, 0, 100}, {0, 0, 100}, {0, 0, 100}};
    const auto part = static_cast<double>(3 * 20 * 1024 * 1000 / models::a10.memory.count());
    const auto bound = replay::steady_bound_of(nodes, tasks, three, 0, 100, 1);
    EXPECT_DOUBLE_EQ(bound.allocated_percent, part / 40.0);
    EXPECT_DOUBLE_EQ(bound.size_percent, 100.0);
    std::vector<workload::arrival> five = three;
    five.resize(5, {0, 0, 100}); // one GPU each
    EXPECT_DOUBLE_EQ(replay::steady_bound_of(nodes, tasks, five, 0, 100, 1).size_percent, 80.0);
}

// A few times stand for all, but what is asked for is summed up over all of them.
TEST(steady_bound, is_never_above_what_is_asked_for_and_exact_where_all_of_it_fits) {
    const cluster nodes = cluster_builder{}.add_nodes(4, {.cpu = 64_cores, .gpus = {8, models::t4}}).build().value();
    const std::vector<workload::task> tasks{
        {.name = "slice", .request = {.gpus = 1, .share = slice{.compute = 10_milli}}}};
    random_stream random{7};
    std::vector<workload::arrival> arrivals;
    double demand = 0;
    for (std::int64_t time = 0; time < 1000; ++time) {
        const auto stay = static_cast<std::int64_t>(1 + random.below(300));
        arrivals.push_back({0, time, stay});
        demand += 10.0 * static_cast<double>(std::max<std::int64_t>(
                             std::min<std::int64_t>(time + stay, 1000) - std::max<std::int64_t>(time, 200), 0));
    }
    for (const int times : {1, 3, 50}) {
        const auto bound = replay::steady_bound_of(nodes, tasks, arrivals, 200, 1000, times);
        EXPECT_NEAR(bound.allocated_percent, 100.0 * demand / (800.0 * 32'000.0), 1e-9) << times;
        EXPECT_NEAR(bound.size_percent, 100.0, 1e-9);
    }
}

// Three tasks of three GPUs on nodes of four: what fragmentation costs is a sample, the rest is not.
TEST(steady_bound, takes_off_what_does_not_fit_together) {
    const cluster nodes = cluster_builder{}.add_nodes(2, {.cpu = 64_cores, .gpus = {4, models::t4}}).build().value();
    const std::vector<workload::task> tasks{{.name = "three", .request = {.gpus = 3}}};
    const std::vector<workload::arrival> arrivals{{0, 0, 100}, {0, 0, 100}, {0, 0, 50}};
    // Nine GPUs are asked for until 50, of which eight could be used and six are; then six of six.
    const auto bound = replay::steady_bound_of(nodes, tasks, arrivals, 0, 100, 2);
    EXPECT_DOUBLE_EQ(bound.allocated_percent, 100.0 * 6 / 8);
    EXPECT_DOUBLE_EQ(bound.size_percent, 100.0 * 6 / 7.5);
}
