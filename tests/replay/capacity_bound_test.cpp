// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/capacity_bound.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(capacity_bound, is_what_a_cluster_without_fragmentation_would_take) {
    workload::workload of{.name = "w", .tasks = {{.name = "t", .request = {.gpus = 1}, .size = 3}}, .capacity = 4};
    // Two at once from 10 to 20 are 6 for a capacity of 4; one from 20 to 30.
    const std::vector<workload::arrival> arrivals{{0, 0, 20}, {0, 10, 20}, {0, 40, 1}};
    EXPECT_DOUBLE_EQ(replay::capacity_bound_percent(of, arrivals),
                     100.0 * (10 * 3 + 10 * 4 + 10 * 3) / (10 * 3 + 10 * 6 + 10 * 3));
    EXPECT_DOUBLE_EQ(replay::capacity_bound_percent(of, arrivals, 20), 100.0);
}

TEST(capacity_bound, is_all_where_nothing_arrives_or_everything_fits) {
    const workload::workload of{
        .name = "w", .tasks = {{.name = "t", .request = {.gpus = 1}, .size = 3}}, .capacity = 9};
    EXPECT_EQ(replay::capacity_bound_percent(of, {}), 100.0);
    EXPECT_EQ(replay::capacity_bound_percent(of, {{0, 0, 10}, {0, 5, 10}, {0, 20}}), 100.0);
}
