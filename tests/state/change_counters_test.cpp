// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/change_counters.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace gpupack;

TEST(change_counters, count_what_an_observer_hears_and_print_it_for_prometheus) {
    cluster on = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    change_counters counters;
    on.observe([&](const cluster&, const cluster_change& change) { counters.count(change); });
    const placement placed = on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    on.give_back(placed);
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1});
    on.set_closed(node_id{1}, true);
    EXPECT_EQ(counters[change_kind::placed], 2U);
    EXPECT_EQ(counters[change_kind::released], 1U);
    const std::string text = metrics_text(on, counters);
    EXPECT_THAT(text, testing::HasSubstr("# TYPE gpupack_gpus gauge\ngpupack_gpus 4\n"));
    EXPECT_THAT(text, testing::HasSubstr("gpupack_gpus_idle 1\n"));
    EXPECT_THAT(text, testing::HasSubstr("gpupack_nodes_closed 1\n"));
    EXPECT_THAT(text, testing::HasSubstr("gpupack_changes_total{kind=\"placed\"} 2\n"));
    EXPECT_THAT(text, testing::HasSubstr("gpupack_changes_total{kind=\"node_added\"} 0\n"));
}
