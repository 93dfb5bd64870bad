// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/first_fit.hpp>

#include "support/for_all.hpp"
#include <gpupack/replay/timeline.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

workload::trace_task task(std::string name, int gpus, std::int64_t created, std::optional<std::int64_t> runs_for) {
    return {std::move(name), {.cpu = 1_cores, .gpus = gpus}, created, runs_for};
}

auto play(const std::vector<workload::trace_task>& tasks, int gpus) {
    task_mix expected;
    expected.add({.cpu = 1_cores, .gpus = 1});
    const policy::fragmentation_table table{expected};
    scheduler by{cluster_builder{}.add_nodes(1, {99_cores, 8_GiB, {gpus, models::t4}}).build().value(),
                 policy::first_fit{}};
    auto told =
        replay::run_timeline(by, tasks, replay::arrivals_in_time(tasks).value(), table.view(), [](std::size_t) {});
    return std::tuple{std::move(told.first), std::move(told.second), by.cluster().live_placements()};
}

} // namespace

TEST(timeline, what_leaves_makes_room_at_that_very_second) {
    const auto [told, times, live] = play({task("a", 2, 0, 10), task("b", 2, 10, 5)}, 2);
    EXPECT_EQ(told.placed, 2U);
    EXPECT_EQ(times.waited, 0U);
    EXPECT_EQ(live, 0U);
    EXPECT_DOUBLE_EQ(times.mean_allocated_percent, 100.0);
}

TEST(timeline, what_does_not_fit_waits_its_turn_and_runs_its_length) {
    // b waits from 2 to 10 and runs to 15; c, smaller but later, is behind it only where b takes all.
    const auto [told, times, live] = play({task("a", 2, 0, 10), task("b", 2, 2, 5), task("c", 1, 3, 1)}, 2);
    ASSERT_EQ(told.outcomes.size(), 3U);
    EXPECT_EQ(told.outcomes[1].task, 1U);
    EXPECT_EQ(told.outcomes[2].task, 2U);
    EXPECT_EQ(times.waited, 2U);
    EXPECT_EQ(times.longest_wait, 12);
    EXPECT_EQ(times.wait_seconds, 8 + 12);
}

TEST(timeline, what_never_fits_is_rejected_and_what_still_waits_has_failed) {
    const auto [told, times, live] =
        play({task("stays", 2, 0, {}), task("huge", 3, 1, 5), task("late", 1, 2, 5)}, 2);
    EXPECT_EQ(times.rejected, 1U);
    EXPECT_EQ(times.unplaced, 1U);
    EXPECT_EQ(told.failed, 2U);
    EXPECT_EQ(told.placed, 1U);
    EXPECT_EQ(live, 1U);
}

TEST(timeline, a_task_without_a_time_is_an_error) {
    std::vector<workload::trace_task> tasks{task("a", 1, 0, 1)};
    tasks[0].created.reset();
    EXPECT_EQ(replay::arrivals_in_time(tasks).error().message(),
              "creation_time of a: \"\": expected a time, for a timeline");
}

TEST(timeline, nothing_is_lost_and_everything_leaves) {
    for_all([] {
        std::vector<workload::trace_task> tasks;
        const int count = *rc::gen::inRange(1, 60);
        for (int i = 0; i < count; ++i)
            tasks.push_back(task(std::to_string(i), *rc::gen::inRange(0, 5), *rc::gen::inRange(0, 50),
                                 *rc::gen::inRange(0, 20)));
        const auto [told, times, live] = play(tasks, 4);
        RC_ASSERT(told.placed + told.failed == tasks.size());
        RC_ASSERT(told.outcomes.size() == tasks.size());
        RC_ASSERT(live == 0U);
        RC_ASSERT(times.unplaced == 0U); // in the end the cluster is empty, and what fits empty has had its turn
        RC_ASSERT(times.points.size() <= 201U);
    });
}
