// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/wait_measures.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(wait_measures, by_size_and_priority) {
    std::vector<workload::task> tasks(2);
    tasks[0].request.gpus = 1;
    tasks[1].request.gpus = 8;
    tasks[1].priority = 2;
    tasks[1].tenant = "vision";
    replay::result result;
    for (int i = 0; i < 20; ++i) { // waits 0 to 19, each runs for 20 s
        replay::outcome each{.task = 0, .placed = true, .arrived = 100, .decided = 100 + i};
        each.ended = each.decided + 20;
        result.outcomes.push_back(each);
    }
    result.outcomes.push_back({.task = 1, .placed = true, .arrived = 0, .decided = 50});
    result.outcomes.push_back({.task = 1, .placed = false, .arrived = 0, .decided = 500});
    const replay::wait_measures measured = replay::measure_waits(tasks, result);
    EXPECT_EQ(measured.all.tasks, 21U);
    EXPECT_EQ(measured.all.longest, 50);
    const replay::wait_summary& one = measured.by_size[static_cast<std::size_t>(replay::size_class::one)];
    EXPECT_EQ(one.tasks, 20U);
    EXPECT_DOUBLE_EQ(one.mean, 9.5);
    EXPECT_EQ(one.median, 9);
    EXPECT_EQ(one.p95, 18);
    EXPECT_DOUBLE_EQ(one.slowdown, 1 + 9.5 / 20);
    EXPECT_EQ(measured.by_priority.at(2).tasks, 1U);
    EXPECT_EQ(measured.by_tenant.at("vision"), measured.by_priority.at(2));
    EXPECT_EQ(measured.by_tenant.at("").tasks, 20U);
    EXPECT_EQ(measured.by_priority.at(2).slowdown, 0.0);
    EXPECT_EQ(measured.by_size[0], replay::wait_summary{});
}
