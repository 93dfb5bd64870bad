// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/arrivals.hpp>

#include "support/for_all.hpp"
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

using namespace gpupack;

namespace {

workload::workload small_workload(int nodes, int tasks) {
    workload::workload made;
    for (int i = 0; i < nodes; ++i) made.nodes.push_back({std::to_string(i), {8_cores, 8_GiB, {4, models::t4}}});
    for (int i = 0; i < tasks; ++i) made.tasks.push_back({std::to_string(i), {.cpu = 1_cores, .gpus = i % 3}});
    return made;
}

std::int64_t compute_of(const workload::workload& workload, const std::vector<workload::arrival>& arrivals) {
    std::int64_t sum = 0;
    for (const workload::arrival& each : arrivals) sum += workload.tasks[each.task].request.total_compute().count();
    return sum;
}

} // namespace

TEST(arrivals, node_order_is_a_permutation_that_the_seed_decides) {
    for_all([](std::uint64_t seed) {
        const auto order = workload::draw_node_order(50, seed);
        RC_ASSERT(std::set<std::size_t>(order.begin(), order.end()).size() == 50U);
        RC_ASSERT(order == workload::draw_node_order(50, seed));
    });
    EXPECT_NE(workload::draw_node_order(50, 1), workload::draw_node_order(50, 2));
}

TEST(arrivals, every_task_comes_once_before_any_comes_again_and_the_load_is_not_passed) {
    for_all([](std::uint64_t seed) {
        const int nodes = *rc::gen::inRange(1, 20);
        const int tasks = *rc::gen::inRange(2, 40);
        const std::int64_t load = *rc::gen::inRange(0, 3000);
        const workload::workload of = small_workload(nodes, tasks);
        const auto arrivals = workload::draw_arrivals(of, seed, load);
        const std::int64_t most = nodes * 4 * load;
        RC_ASSERT(compute_of(of, arrivals) <= most);
        const auto first_round = std::min(arrivals.size(), of.tasks.size());
        std::set<std::size_t> seen;
        for (std::size_t i = 0; i < first_round; ++i) seen.insert(arrivals[i].task);
        RC_ASSERT(seen.size() == first_round);
        // The next task would have passed it: no task asks for more than two GPUs.
        if (arrivals.size() > of.tasks.size()) RC_ASSERT(compute_of(of, arrivals) + 2000 > most);
    });
}

TEST(arrivals, tasks_or_clusters_without_gpus_arrive_once) {
    workload::workload no_gpu_tasks = small_workload(2, 1);
    EXPECT_EQ(workload::draw_arrivals(no_gpu_tasks, 42, 1300).size(), 1U);
    EXPECT_EQ(workload::draw_arrivals(small_workload(0, 9), 42, 1300).size(), 9U);
    EXPECT_TRUE(workload::draw_arrivals(small_workload(3, 0), 42, 1300).empty());
}

TEST(arrivals, an_order_is_kept) {
    const auto arrivals = workload::arrivals_in_order({3, 1, 3});
    EXPECT_EQ(arrivals, (std::vector<workload::arrival>{{3}, {1}, {3}}));
}

TEST(arrivals, recorded_ones_come_at_their_times_and_ties_in_the_order_of_the_tasks) {
    std::vector<workload::task> tasks{
        {"late", {.gpus = 1}, 7, 2}, {"first", {.gpus = 1}, 3}, {"second", {.gpus = 1}, 3, 9}};
    const auto arrivals = workload::recorded_arrivals(tasks).value();
    EXPECT_EQ(arrivals, (std::vector<workload::arrival>{{1, 3, {}}, {2, 3, 9}, {0, 7, 2}}));

    tasks[1].arrival.reset();
    EXPECT_EQ(workload::recorded_arrivals(tasks).error().message(),
              "creation_time of first: \"\": expected a time, for a timeline");
}

TEST(arrivals, as_a_mix_count_each_arrival_and_each_member_of_a_gang) {
    const std::vector<workload::task> tasks{{"one", {.gpus = 1}},
                                            {.name = "gang", .request = {.gpus = 8}, .members = 4}};
    const task_mix mix = workload::arrived_mix(tasks, workload::arrivals_in_order({0, 1, 0}));
    EXPECT_EQ(mix.total(), 2 + 4);
    EXPECT_EQ(mix.entries().size(), 2U);
}
