// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

workload::trace one_node_trace() {
    workload::trace made;
    made.nodes = {{"n", {8_cores, 8_GiB, {2, models::t4}}}};
    made.tasks = {{"one", {.cpu = 1_cores, .gpus = 1}, {}, {}}, {"two", {.cpu = 1_cores, .gpus = 2}, {}, {}}};
    return made;
}

} // namespace

TEST(run, drops_what_does_not_fit_and_counts_all) {
    const workload::trace of = one_node_trace();
    const policy::fragmentation_table expected{of.mix()};
    scheduler by{of.build().value(), policy::first_fit{}};
    const auto told = replay::run(by, of.tasks, {0, 1, 0, 0}, expected.view(), [](std::size_t) {});
    EXPECT_EQ(told.placed, 2U);
    EXPECT_EQ(told.failed, 2U);
    EXPECT_DOUBLE_EQ(told.allocated_percent, 100.0);
    EXPECT_FALSE(told.outcomes[1].placed);
    EXPECT_TRUE(told.outcomes[2].placed);
    EXPECT_EQ(told.outcomes[2].gpus, gpu_set::of(1));
    EXPECT_DOUBLE_EQ(told.curve.front().arrived, 0.0);
    EXPECT_DOUBLE_EQ(told.curve.back().arrived, 250.0);
    EXPECT_DOUBLE_EQ(told.curve.back().allocated, 100.0);
}

TEST(run, no_tasks_and_no_gpus_are_no_errors) {
    workload::trace of = one_node_trace();
    const policy::fragmentation_table expected{of.mix()};
    scheduler idle{of.build().value(), policy::first_fit{}};
    EXPECT_EQ(replay::run(idle, of.tasks, {}, expected.view(), [](std::size_t) {}).allocated_percent, 0.0);

    of.nodes[0].spec.gpus = {};
    scheduler bare{of.build().value(), policy::first_fit{}};
    const auto told = replay::run(bare, of.tasks, {0, 1}, expected.view(), [](std::size_t) {});
    EXPECT_EQ(told.failed, 2U);
    EXPECT_EQ(told.allocated_percent, 0.0);
}
