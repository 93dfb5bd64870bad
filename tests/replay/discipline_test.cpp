// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/discipline.hpp>

#include "support/for_all.hpp"
#include "support/plain_queue.hpp"
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace gpupack;
using replay::queue_rule;

namespace {

workload::task task(std::string name, int gpus, std::int64_t arrival, std::optional<std::int64_t> duration,
                    std::int64_t priority = 0, int members = 1) {
    workload::task made{
        .name = std::move(name), .request = {.cpu = 1_cores, .gpus = gpus}, .arrival = arrival, .duration = duration};
    made.priority = priority;
    made.members = members;
    return made;
}

auto make_scheduler(std::size_t nodes, int gpus) {
    return scheduler{cluster_builder{}.add_nodes(nodes, {99_cores, 8_GiB, {gpus, models::t4}}).build().value(),
                     policy::first_fit{}, search::indexed{}};
}

replay::result play(const std::vector<workload::task>& tasks, std::size_t nodes, int gpus,
                    const replay::discipline& queue) {
    auto scheduler = make_scheduler(nodes, gpus);
    auto result = replay::run(scheduler, tasks, workload::recorded_arrivals(tasks).value(),
                              {.no_fit = replay::no_fit_rule::wait, .queue = queue});
    return result;
}

/// When the task of that name started; -1 where it did not.
std::int64_t start_of(const replay::result& result, const std::vector<workload::task>& tasks, const std::string& name) {
    for (const replay::outcome& each : result.outcomes)
        if (tasks[each.task].name == name && each.placed) return each.decided;
    return -1;
}

std::vector<workload::task> any_tasks(int most_gpus, int most = 40) {
    std::vector<workload::task> tasks;
    const int count = *rc::gen::inRange(1, most);
    for (int i = 0; i < count; ++i)
        tasks.push_back(task(std::to_string(i), *rc::gen::inRange(1, most_gpus + 1), *rc::gen::inRange(0, 30),
                             *rc::gen::inRange(1, 20), *rc::gen::inRange(0, 3)));
    return tasks;
}

void same_as_the_plain_one(queue_rule order) {
    for_all([order] {
        const int nodes = *rc::gen::inRange(1, 4);
        const std::vector<workload::task> tasks = any_tasks(4);
        const replay::discipline queue{.order = order,
                                       .depth = *rc::gen::element<std::size_t>(0, 1, 2, 5),
                                       .ageing = *rc::gen::element<std::int64_t>(0, 0, 3)};
        const auto arrivals = workload::recorded_arrivals(tasks).value();
        const replay::result result = play(tasks, static_cast<std::size_t>(nodes), 4, queue);
        const std::vector<std::int64_t> starts = test::plain_queue{nodes, 4, tasks, arrivals, queue}.run();
        std::map<std::size_t, std::int64_t> by_task;
        for (const replay::outcome& each : result.outcomes) by_task[each.task] = each.decided;
        RC_ASSERT(result.placed == tasks.size());
        for (std::size_t i = 0; i < arrivals.size(); ++i) {
            if (by_task[arrivals[i].task] != starts[i])
                RC_LOG() << "arrival " << i << " of task " << arrivals[i].task << " starts at "
                         << by_task[arrivals[i].task] << ", plainly at " << starts[i] << "\n";
            RC_ASSERT(by_task[arrivals[i].task] == starts[i]);
        }
    });
}

} // namespace

TEST(discipline, strict_is_as_the_plain_one) {
    same_as_the_plain_one(queue_rule::strict);
}
TEST(discipline, overtaking_is_as_the_plain_one) {
    same_as_the_plain_one(queue_rule::overtake);
}
TEST(discipline, easy_is_as_the_plain_one) {
    same_as_the_plain_one(queue_rule::easy);
}
TEST(discipline, conservative_is_as_the_plain_one) {
    same_as_the_plain_one(queue_rule::conservative);
}

TEST(discipline, a_large_task_in_front) {
    // b needs all; c is short enough to end before b can start, d is not.
    const std::vector<workload::task> tasks{task("a", 2, 0, 10), task("b", 4, 1, 5), task("c", 1, 2, 8),
                                            task("d", 1, 3, 20)};
    const auto starts = [&](queue_rule order) {
        const replay::result result = play(tasks, 1, 4, {.order = order});
        return std::vector<std::int64_t>{start_of(result, tasks, "b"), start_of(result, tasks, "c"),
                                         start_of(result, tasks, "d")};
    };
    EXPECT_EQ(starts(queue_rule::overtake), (std::vector<std::int64_t>{23, 2, 3}));
    EXPECT_EQ(starts(queue_rule::strict), (std::vector<std::int64_t>{10, 15, 15}));
    EXPECT_EQ(starts(queue_rule::easy), (std::vector<std::int64_t>{10, 2, 15}));
    EXPECT_EQ(starts(queue_rule::conservative), (std::vector<std::int64_t>{10, 2, 15}));
    EXPECT_EQ(starts(queue_rule::drain), (std::vector<std::int64_t>{10, 15, 15}));
}

TEST(discipline, a_gang_in_front_reserves_all_its_nodes) {
    const std::vector<workload::task> tasks{task("a", 4, 0, 10), task("g", 4, 1, 5, 0, 3), task("c", 2, 2, 8),
                                            task("d", 2, 3, 20)};
    EXPECT_EQ(start_of(play(tasks, 3, 4, {.order = queue_rule::overtake}), tasks, "g"), 23);
    for (const queue_rule order : {queue_rule::easy, queue_rule::conservative, queue_rule::drain, queue_rule::strict})
        EXPECT_EQ(start_of(play(tasks, 3, 4, {.order = order}), tasks, "g"), 10) << static_cast<int>(order);
    EXPECT_EQ(start_of(play(tasks, 3, 4, {.order = queue_rule::easy}), tasks, "c"), 2);
    EXPECT_EQ(start_of(play(tasks, 3, 4, {.order = queue_rule::easy}), tasks, "d"), 15);
}

TEST(discipline, priorities_pass_and_age) {
    const std::vector<workload::task> tasks{task("a", 1, 0, 10), task("low", 1, 1, 10), task("high", 1, 5, 10, 1)};
    EXPECT_EQ(start_of(play(tasks, 1, 1, {}), tasks, "high"), 10);
    EXPECT_EQ(start_of(play(tasks, 1, 1, {.ageing = 3}), tasks, "low"),
              10); // 4 seconds are worth more than one step
    EXPECT_EQ(start_of(play(tasks, 1, 1, {.ageing = 5}), tasks, "high"), 10);
}

TEST(discipline, a_limit_ends_tasks) {
    std::vector<workload::task> tasks{task("a", 1, 0, 100), task("b", 1, 1, 5)};
    tasks[0].limit = 10;
    EXPECT_EQ(start_of(play(tasks, 1, 1, {}), tasks, "b"), 100);
    EXPECT_EQ(start_of(play(tasks, 1, 1, {.estimates = replay::estimate_rule::limit}), tasks, "b"), 10);
}

TEST(discipline, preemption_restarts_resumes_or_drops) {
    const std::vector<workload::task> tasks{task("low", 1, 0, 10), task("high", 1, 4, 3, 1)};
    using replay::eviction_rule;
    for (const auto& [eviction, ended] :
         {std::pair{eviction_rule::restart, 17}, {eviction_rule::resume, 13}, {eviction_rule::drop, -1}}) {
        const replay::result result =
            play(tasks, 1, 1, {.victims = replay::victim_rule::least_lost, .eviction = eviction});
        EXPECT_EQ(start_of(result, tasks, "high"), 4);
        EXPECT_EQ(result.evictions, 1U);
        EXPECT_EQ(result.outcomes[0].ended, ended);
        EXPECT_EQ(result.outcomes[0].evictions, 1);
        EXPECT_EQ(result.placed, eviction == eviction_rule::drop ? 1U : 2U);
        EXPECT_DOUBLE_EQ(result.lost_gpu_time, eviction == eviction_rule::resume ? 0.0 : 4.0);
    }
    EXPECT_EQ(start_of(play(tasks, 1, 1, {}), tasks, "high"), 10);
}

TEST(discipline, everybody_ends_others_where_nobody_waits_for_whom) {
    // Nobody may end old. In front, first waits for all; second would fit if low ended.
    const std::vector<workload::task> tasks{task("old", 3, 0, 20, 1), task("low", 1, 0, 20), task("first", 4, 1, 5, 1),
                                            task("second", 1, 2, 5, 1)};
    for (const auto& [order, start] :
         {std::pair{queue_rule::overtake, 2}, {queue_rule::strict, 25}, {queue_rule::easy, 25}}) {
        const replay::result result = play(tasks, 1, 4, {.order = order, .victims = replay::victim_rule::newest});
        EXPECT_EQ(start_of(result, tasks, "second"), start) << static_cast<int>(order);
        EXPECT_EQ(result.evictions, order == queue_rule::overtake ? 2U : 0U)
            << static_cast<int>(order); // low also for first
    }
    // Once high has left, ending low makes room for mid, which it did not before; nothing fits until then.
    const std::vector<workload::task> later{task("high", 2, 0, 5, 2), task("stays", 1, 0, 90, 2), task("low", 1, 0, 50),
                                            task("mid", 3, 1, 10, 1), task("front", 4, 2, 10, 2)};
    for (const queue_rule order : {queue_rule::overtake, queue_rule::strict}) {
        std::vector<workload::task> some = later;
        if (order == queue_rule::strict) some.pop_back();
        EXPECT_EQ(start_of(play(some, 1, 4, {.order = order, .victims = replay::victim_rule::newest}), some, "mid"), 5)
            << static_cast<int>(order);
    }
}

TEST(discipline, victims_by_rule) {
    // On node 0 one task of 4 GPUs that is old; on node 1 four small ones that are young.
    std::vector<workload::task> tasks{task("old", 4, 0, 100), task("y1", 1, 8, 100), task("y2", 1, 8, 100),
                                      task("y3", 1, 8, 100),  task("y4", 1, 8, 100), task("high", 4, 10, 5, 1)};
    const auto evicted = [&](replay::victim_rule rule) {
        std::string names;
        for (const replay::outcome& each : play(tasks, 2, 4, {.victims = rule}).outcomes)
            if (each.evictions > 0) names += tasks[each.task].name;
        return names;
    };
    EXPECT_EQ(evicted(replay::victim_rule::least_lost), "y1y2y3y4");
    EXPECT_EQ(evicted(replay::victim_rule::newest), "y1y2y3y4");
    EXPECT_EQ(evicted(replay::victim_rule::fewest_victims), "old");
    tasks.back().request.gpus = 1;
    EXPECT_EQ(evicted(replay::victim_rule::fewest_gpus), "y1");
}

TEST(discipline, nobody_is_lost_whatever_the_discipline) {
    for_all([] {
        std::vector<workload::task> tasks = any_tasks(4);
        for (workload::task& each : tasks) {
            each.members = *rc::gen::element(1, 1, 2, 3);
            if (*rc::gen::arbitrary<bool>()) each.limit = *rc::gen::inRange(1, 30);
        }
        const replay::discipline queue{.order = static_cast<queue_rule>(*rc::gen::inRange(0, 5)),
                                       .depth = *rc::gen::element<std::size_t>(0, 1, 3),
                                       .ageing = *rc::gen::element<std::int64_t>(0, 5),
                                       .estimates = static_cast<replay::estimate_rule>(*rc::gen::inRange(0, 3)),
                                       .victims = static_cast<replay::victim_rule>(*rc::gen::inRange(0, 5)),
                                       .eviction = static_cast<replay::eviction_rule>(*rc::gen::inRange(0, 2))};
        auto scheduler = make_scheduler(3, 4);
        const auto empty = make_scheduler(3, 4);
        const replay::result result = replay::run(scheduler, tasks, workload::recorded_arrivals(tasks).value(),
                                                  {.no_fit = replay::no_fit_rule::wait, .queue = queue});
        RC_ASSERT(result.outcomes.size() == tasks.size());
        RC_ASSERT(result.unplaced == 0U); // in the end the cluster is empty, and what fits it had its turn
        RC_ASSERT(result.placed + result.rejected == tasks.size());
        RC_ASSERT(scheduler.cluster().same_state(empty.cluster())); // nothing stays closed
    });
}

TEST(discipline, what_leaves_makes_room_at_that_very_second) {
    const std::vector<workload::task> tasks{task("a", 2, 0, 10), task("b", 2, 10, 5)};
    const replay::result result = play(tasks, 1, 2, {});
    EXPECT_EQ(result.placed, 2U);
    EXPECT_EQ(replay::waits_of(result).tasks, 0U);
    EXPECT_DOUBLE_EQ(result.mean_allocated_percent, 100.0);
    EXPECT_DOUBLE_EQ(result.whole_allocated_percent, 100.0);
    EXPECT_EQ(result.last_time, 15);
    EXPECT_DOUBLE_EQ(result.used_gpu_time, 30.0);
}

TEST(discipline, a_single_batch_has_means_over_the_whole_run) {
    const std::vector<workload::task> tasks{task("a", 2, 0, 10), task("b", 1, 0, 10)};
    const replay::result result = play(tasks, 1, 2, {});
    EXPECT_DOUBLE_EQ(result.mean_allocated_percent, 75.0); // there is no time until the last arrival
    EXPECT_DOUBLE_EQ(result.whole_allocated_percent, 75.0);
    EXPECT_DOUBLE_EQ(result.idle_while_waiting, 0.0);
    EXPECT_DOUBLE_EQ(result.idle_without_demand, 10.0);
}

TEST(discipline, what_never_fits_is_rejected_and_what_still_waits_has_failed) {
    const std::vector<workload::task> tasks{task("stays", 2, 0, {}), task("huge", 3, 1, 5), task("gang", 2, 1, 5, 0, 2),
                                            task("late", 1, 2, 5)};
    const replay::result result = play(tasks, 1, 2, {});
    EXPECT_EQ(result.rejected, 2U);
    EXPECT_EQ(result.unplaced, 1U);
    EXPECT_EQ(result.placed, 1U);
}

// Each member alone could run beside the reservation, both together could not: nothing of the gang may stay.
TEST(discipline, members_of_a_gang_that_together_delay_a_reservation_wait) {
    std::vector<workload::task> tasks{task("runs", 1, 0, 10), task("first", 1, 1, 5), task("gang", 1, 2, 20, 0, 2)};
    tasks[0].request.cpu = 2_cores;
    tasks[1].request.cpu = 3_cores;
    for (const queue_rule order : {queue_rule::easy, queue_rule::conservative}) {
        scheduler placer{cluster_builder{}.add_nodes(1, {4_cores, 8_GiB, {4, models::t4}}).build().value(),
                         policy::first_fit{}, search::indexed{}};
        const auto result = replay::run(placer, tasks, workload::recorded_arrivals(tasks).value(),
                                        {.no_fit = replay::no_fit_rule::wait, .queue = {.order = order}});
        EXPECT_EQ(result.placed, 3U);
        EXPECT_EQ(start_of(result, tasks, "first"), 10);
        EXPECT_EQ(start_of(result, tasks, "gang"), 15);
    }
}

TEST(discipline, is_sampled_evenly_from_the_first_arrival_to_the_last) {
    const std::vector<workload::task> tasks{task("a", 2, 1000, 300), task("b", 1, 1100, 5), task("c", 1, 1200, 5)};
    auto scheduler = make_scheduler(1, 2);
    const replay::result result =
        replay::run(scheduler, tasks, workload::recorded_arrivals(tasks).value(),
                    {.no_fit = replay::no_fit_rule::wait, .samples = replay::sampling::by_time});
    ASSERT_EQ(result.samples.size(), 201U);
    EXPECT_EQ(result.samples.front().time, 0);
    EXPECT_EQ(result.samples.back().time, 200);
    EXPECT_EQ(result.samples[150].waiting, 1U);
    EXPECT_EQ(result.samples[150].allocated, 100.0);
    EXPECT_DOUBLE_EQ(result.mean_active_gpus, 2.0);
}
