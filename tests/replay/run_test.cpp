// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/run.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/workload.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

workload::workload one_node() {
    workload::workload made{.name = "one node"};
    made.nodes = {{"n", {8_cores, 8_GiB, {2, models::t4}}}};
    made.tasks = {{"one", {.cpu = 1_cores, .gpus = 1}}, {"two", {.cpu = 1_cores, .gpus = 2}}};
    return made;
}

} // namespace

TEST(run, drops_what_does_not_fit_and_counts_all) {
    const workload::workload of = one_node();
    const policy::fragmentation_table expected{of.mix()};
    scheduler by{of.build().value(), policy::first_fit{}};
    const auto told = replay::run(by, of.tasks, workload::arrivals_in_order({0, 1, 0, 0}),
                                  {.samples = replay::sampling::by_arrivals, .expected = expected.view()});
    EXPECT_EQ(told.placed, 2U);
    EXPECT_EQ(told.failed(), 2U);
    EXPECT_EQ(told.decisions(), 4U);
    EXPECT_EQ(told.arrived_compute, 5000);
    EXPECT_DOUBLE_EQ(told.allocated_percent, 100.0);
    EXPECT_FALSE(told.outcomes[1].placed);
    EXPECT_TRUE(told.outcomes[2].placed);
    EXPECT_EQ(told.outcomes[2].gpus, gpu_set::of(1));
    EXPECT_DOUBLE_EQ(told.samples.front().arrived, 0.0);
    EXPECT_DOUBLE_EQ(told.samples.front().fragmented, 0.0);
    EXPECT_DOUBLE_EQ(told.samples[1].arrived, 50.0);
    EXPECT_DOUBLE_EQ(told.samples[1].fragmented, 25.0); // one of the two expected tasks cannot use the other GPU
    EXPECT_DOUBLE_EQ(told.samples.back().arrived, 250.0);
    EXPECT_DOUBLE_EQ(told.samples.back().allocated, 100.0);
}

TEST(run, no_tasks_and_no_gpus_are_no_errors) {
    workload::workload of = one_node();
    scheduler idle{of.build().value(), policy::first_fit{}};
    EXPECT_EQ(replay::run(idle, of.tasks, {}).allocated_percent, 0.0);

    of.nodes[0].spec.gpus = {};
    scheduler bare{of.build().value(), policy::first_fit{}};
    const auto told =
        replay::run(bare, of.tasks, workload::arrivals_in_order({0, 1}), {.samples = replay::sampling::by_arrivals});
    EXPECT_EQ(told.failed(), 2U);
    EXPECT_EQ(told.allocated_percent, 0.0);
}

TEST(run, tells_of_each_arrival_and_of_its_progress) {
    const workload::workload of = one_node();
    scheduler by{of.build().value(), policy::first_fit{}};
    std::vector<int> gpus;
    std::vector<std::size_t> progress;
    (void)replay::run(by, of.tasks, workload::arrivals_in_order({1, 0, 1}),
                      {.arrived = [&](const request& request) { gpus.push_back(request.gpus); },
                       .progress = [&](std::size_t done) { progress.push_back(done); }});
    EXPECT_EQ(gpus, (std::vector<int>{2, 1, 2}));
    EXPECT_EQ(progress, (std::vector<std::size_t>{1, 2, 3}));
}

TEST(run, tasks_that_leave_make_room_for_others_without_waiting) {
    const workload::workload of = one_node();
    scheduler by{of.build().value(), policy::first_fit{}};
    const auto told = replay::run(by, of.tasks, {{1, 0, 4}, {0, 3, 4}, {0, 4, 4}, {0, 6}, {0, 8, 2}});
    EXPECT_EQ(told.rejected, 1U); // at 3
    EXPECT_FALSE(told.outcomes[1].placed);
    EXPECT_EQ(told.placed, 4U);
    EXPECT_EQ(by.cluster().live_placements(), 2U); // the one that stays, and the last
    // Two GPUs until 4, one until 6, two until 8.
    EXPECT_DOUBLE_EQ(told.mean_active_gpus, (4 * 2 + 2 * 1 + 2 * 2) / 8.0);
    EXPECT_DOUBLE_EQ(told.mean_allocated_percent, 100.0 * (4 * 2 + 2 * 1 + 2 * 2) / 16.0);
}

TEST(run, means_are_taken_from_the_time_given) {
    const workload::workload of = one_node();
    scheduler by{of.build().value(), policy::first_fit{}};
    const auto told = replay::run(by, of.tasks, {{1, 0, 4}, {0, 4, 4}, {0, 8, 2}}, {.measure_from = 4});
    EXPECT_DOUBLE_EQ(told.mean_active_gpus, 1.0);
    EXPECT_DOUBLE_EQ(told.mean_allocated_percent, 50.0);
}

TEST(run, a_gang_is_placed_and_leaves_together) {
    workload::workload of = one_node();
    of.nodes.push_back({"m", {8_cores, 8_GiB, {2, models::t4}}});
    of.tasks.push_back({.name = "gang", .request = {.cpu = 1_cores, .gpus = 2}, .members = 2});
    scheduler by{of.build().value(), policy::first_fit{}};
    const auto told = replay::run(by, of.tasks, {{0, 0, 2}, {2, 1, 5}, {2, 2, 5}, {0, 3, 1}, {1, 7, 1}});
    EXPECT_FALSE(told.outcomes[1].placed); // three GPUs are free
    EXPECT_TRUE(told.outcomes[2].placed);
    EXPECT_EQ(told.outcomes[2].gang_level, 0); // the cluster is the narrowest domain that holds it
    EXPECT_FALSE(told.outcomes[3].placed);
    EXPECT_TRUE(told.outcomes[4].placed);
    EXPECT_EQ(by.cluster().live_placements(), 1U);
}
