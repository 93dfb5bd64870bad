// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/size_classes.hpp>

#include <gtest/gtest.h>

#include <numeric>

using namespace gpupack;
using replay::size_class;

TEST(size_classes, other_counts_go_to_the_next_larger_one) {
    EXPECT_EQ(replay::size_of({.cpu = 4_cores}), size_class::cpu_only);
    EXPECT_EQ(replay::size_of({.gpus = 1}), size_class::one);
    EXPECT_EQ(replay::size_of({.gpus = 2}), size_class::two);
    EXPECT_EQ(replay::size_of({.gpus = 3}), size_class::four);
    EXPECT_EQ(replay::size_of({.gpus = 4}), size_class::four);
    EXPECT_EQ(replay::size_of({.gpus = 5}), size_class::eight);
    EXPECT_EQ(replay::size_of({.gpus = 16}), size_class::eight);
    EXPECT_EQ(replay::size_of({.gpus = 1, .share = slice{.memory = {}, .compute = 500_milli}}), size_class::slice);
    EXPECT_EQ(replay::size_of({.gpus = 4, .share = slice{.memory = 4_GiB}}), size_class::slice);
}

TEST(size_classes, count_each_task_once) {
    const std::vector<workload::task> tasks{{"cpu", {.cpu = 1_cores}}, {"wide", {.gpus = 8}}};
    replay::result of;
    of.outcomes = {
        {0, true, {}, {}}, {1, false, {}, {}}, {1, true, {}, {}, 5, 6}, {0, false, {}, {}}, {1, false, {}, {}}};
    const replay::size_counts counts = replay::count_sizes(tasks, of);
    EXPECT_EQ(counts.arrived, (std::array<std::int64_t, 6>{2, 0, 0, 0, 0, 3}));
    EXPECT_EQ(counts.failed, (std::array<std::int64_t, 6>{1, 0, 0, 0, 0, 2}));
    EXPECT_EQ(counts.waited, (std::array<std::int64_t, 6>{0, 0, 0, 0, 0, 1}));
    EXPECT_EQ(std::accumulate(counts.arrived.begin(), counts.arrived.end(), std::int64_t{0}), 5);
    EXPECT_EQ(replay::count_sizes(tasks, {}), replay::size_counts{});
}
