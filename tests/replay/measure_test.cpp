// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/measure.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(measure, percent_of_nothing_is_nothing) {
    EXPECT_EQ(replay::percent(1, 4), 25.0);
    EXPECT_EQ(replay::percent(0, 0), 0.0);
}

TEST(measure, fragmentation_is_what_the_expected_tasks_cannot_use_on_average) {
    cluster on = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {4, models::t4}}).build().value();
    task_mix expected;
    expected.add({.cpu = 1_cores, .gpus = 1}, 3);  // serves: uses any idle GPU
    expected.add({.cpu = 99_cores, .gpus = 1}, 1); // the node never has the CPU: all is waste to it
    const policy::fragmentation_table table{expected};
    EXPECT_DOUBLE_EQ(replay::fragmented_percent(on, table.view()), 25.0);

    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = slice{.memory = {}, .compute = 500_milli}});
    EXPECT_DOUBLE_EQ(replay::allocated_percent(on), 12.5);
    // Of 3500 free, the first sort of task cannot use the half GPU, the second nothing.
    EXPECT_DOUBLE_EQ(replay::fragmented_percent(on, table.view()), (0.75 * 500 + 0.25 * 3500) / 4000 * 100);
}
