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

workload::trace small_trace(int nodes, int tasks) {
    workload::trace made;
    for (int i = 0; i < nodes; ++i) made.nodes.push_back({std::to_string(i), {8_cores, 8_GiB, {4, models::t4}}});
    for (int i = 0; i < tasks; ++i)
        made.tasks.push_back({std::to_string(i), {.cpu = 1_cores, .gpus = i % 3}, {}, {}});
    return made;
}

std::int64_t compute_of(const workload::trace& of, const std::vector<std::size_t>& arrivals) {
    std::int64_t sum = 0;
    for (const std::size_t task : arrivals) sum += of.tasks[task].request.total_compute().count();
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
        const workload::trace of = small_trace(nodes, tasks);
        const auto arrivals = workload::draw_arrivals(of, seed, load);
        const std::int64_t most = nodes * 4 * load;
        RC_ASSERT(compute_of(of, arrivals) <= most);
        const auto first_round = std::min(arrivals.size(), of.tasks.size());
        RC_ASSERT(
            std::set<std::size_t>(arrivals.begin(), arrivals.begin() + static_cast<long>(first_round)).size() ==
            first_round);
        // The next task would have passed it: no task asks for more than two GPUs.
        if (arrivals.size() > of.tasks.size()) RC_ASSERT(compute_of(of, arrivals) + 2000 > most);
    });
}

TEST(arrivals, tasks_or_clusters_without_gpus_arrive_once) {
    workload::trace no_gpu_tasks = small_trace(2, 1);
    EXPECT_EQ(workload::draw_arrivals(no_gpu_tasks, 42, 1300).size(), 1U);
    EXPECT_EQ(workload::draw_arrivals(small_trace(0, 9), 42, 1300).size(), 9U);
    EXPECT_TRUE(workload::draw_arrivals(small_trace(3, 0), 42, 1300).empty());
}
