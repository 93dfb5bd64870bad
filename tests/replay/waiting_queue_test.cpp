// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/waiting_queue.hpp>

#include "support/for_all.hpp"
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <deque>

using namespace gpupack;

namespace {

workload::task task(std::string name, int gpus, std::int64_t arrival, std::optional<std::int64_t> duration) {
    return {std::move(name), {.cpu = 1_cores, .gpus = gpus}, arrival, duration};
}

/// A replay on one node, and how much is left running.
struct timeline {
    replay::result result;
    replay::waits waits;
    std::size_t live;
};

template <class Queue = replay::arrival_order_queue>
timeline play(const std::vector<workload::task>& tasks, int gpus) {
    scheduler by{cluster_builder{}.add_nodes(1, {99_cores, 8_GiB, {gpus, models::t4}}).build().value(),
                 policy::first_fit{}};
    auto result = replay::run<Queue>(by, tasks, workload::recorded_arrivals(tasks).value(),
                                     {.no_fit = replay::no_fit_rule::wait, .samples = replay::sampling::by_time});
    return {result, replay::waits_of(result), by.cluster().live_placements()};
}

/// The queue as one list, each pass over all of it.
class plain_queue {
  public:
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    void push(std::size_t arrival, const workload::task& task) { waiting_.emplace_back(arrival, task.request); }
    template <class Start> void retry(Start&& start) {
        std::vector<request> refused;
        std::deque<std::pair<std::size_t, request>> still;
        for (const auto& each : waiting_) {
            const bool known = std::find(refused.begin(), refused.end(), each.second) != refused.end();
            if (!known && start(each.first)) continue;
            if (!known) refused.push_back(each.second);
            still.push_back(each);
        }
        waiting_ = std::move(still);
    }
    [[nodiscard]] std::vector<std::size_t> take_all() {
        std::vector<std::size_t> all;
        for (const auto& each : waiting_) all.push_back(each.first);
        waiting_.clear();
        return all;
    }

  private:
    std::deque<std::pair<std::size_t, request>> waiting_;
};

std::vector<workload::task> any_tasks() {
    std::vector<workload::task> tasks;
    const int count = *rc::gen::inRange(1, 60);
    for (int i = 0; i < count; ++i)
        tasks.push_back(task(std::to_string(i), *rc::gen::inRange(0, 5), *rc::gen::inRange(0, 50),
                             *rc::gen::inRange(0, 20)));
    return tasks;
}

} // namespace

TEST(waiting_queue, what_leaves_makes_room_at_that_very_second) {
    const timeline told = play({task("a", 2, 0, 10), task("b", 2, 10, 5)}, 2);
    EXPECT_EQ(told.result.placed, 2U);
    EXPECT_EQ(told.waits.tasks, 0U);
    EXPECT_EQ(told.live, 0U);
    EXPECT_DOUBLE_EQ(told.result.mean_allocated_percent, 100.0);
}

TEST(waiting_queue, what_does_not_fit_waits_its_turn_and_runs_its_length) {
    // b waits from 2 to 10 and runs to 15; c, smaller but later, is behind it only where b takes all.
    const timeline told = play({task("a", 2, 0, 10), task("b", 2, 2, 5), task("c", 1, 3, 1)}, 2);
    ASSERT_EQ(told.result.outcomes.size(), 3U);
    EXPECT_EQ(told.result.outcomes[1].task, 1U);
    EXPECT_EQ(told.result.outcomes[1].decided, 10);
    EXPECT_EQ(told.result.outcomes[2].task, 2U);
    EXPECT_EQ(told.result.outcomes[2].decided, 15);
    EXPECT_EQ(told.waits.tasks, 2U);
    EXPECT_EQ(told.waits.longest, 12);
    EXPECT_EQ(told.waits.total, 8 + 12);
}

TEST(waiting_queue, a_task_that_fits_does_not_wait_behind_one_that_does_not) {
    const timeline told = play({task("a", 1, 0, 10), task("b", 2, 1, 5), task("c", 1, 2, 1)}, 2);
    EXPECT_EQ(told.result.outcomes[1].task, 2U);
    EXPECT_EQ(told.waits.tasks, 1U);
}

TEST(waiting_queue, what_never_fits_is_rejected_and_what_still_waits_has_failed) {
    const timeline told = play({task("stays", 2, 0, {}), task("huge", 3, 1, 5), task("late", 1, 2, 5)}, 2);
    EXPECT_EQ(told.result.rejected, 1U);
    EXPECT_EQ(told.result.unplaced, 1U);
    EXPECT_EQ(told.result.failed(), 2U);
    EXPECT_EQ(told.result.placed, 1U);
    EXPECT_EQ(told.live, 1U);
}

TEST(waiting_queue, is_sampled_evenly_from_the_first_arrival_to_the_last) {
    const timeline told = play({task("a", 2, 1000, 300), task("b", 1, 1100, 5), task("c", 1, 1200, 5)}, 2);
    ASSERT_EQ(told.result.samples.size(), 201U);
    EXPECT_EQ(told.result.samples.front().time, 0);
    EXPECT_EQ(told.result.samples.back().time, 200);
    EXPECT_EQ(told.result.samples[150].waiting, 1U);
    EXPECT_EQ(told.result.samples[150].allocated, 100.0);
    EXPECT_DOUBLE_EQ(told.result.mean_active_gpus, 2.0);
}

TEST(waiting_queue, nothing_is_lost_and_everything_leaves) {
    for_all([] {
        const std::vector<workload::task> tasks = any_tasks();
        const timeline told = play(tasks, 4);
        RC_ASSERT(told.result.decisions() == tasks.size());
        RC_ASSERT(told.result.outcomes.size() == tasks.size());
        RC_ASSERT(told.live == 0U);
        RC_ASSERT(told.result.unplaced == 0U); // in the end the cluster is empty, and what fits empty had its turn
        RC_ASSERT(told.result.samples.size() <= 201U);
    });
}

TEST(waiting_queue, request_classes_are_tried_as_one_list_would_be) {
    for_all([] {
        const std::vector<workload::task> tasks = any_tasks();
        const timeline by_class = play(tasks, 4);
        const timeline plain = play<plain_queue>(tasks, 4);
        RC_ASSERT(by_class.result.outcomes.size() == plain.result.outcomes.size());
        for (std::size_t i = 0; i < plain.result.outcomes.size(); ++i) {
            RC_ASSERT(by_class.result.outcomes[i].task == plain.result.outcomes[i].task);
            RC_ASSERT(by_class.result.outcomes[i].decided == plain.result.outcomes[i].decided);
            RC_ASSERT(by_class.result.outcomes[i].gpus == plain.result.outcomes[i].gpus);
        }
    });
}
