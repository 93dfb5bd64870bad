// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/what_if.hpp>

#include <gpupack/gpu/what_if.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/search/indexed.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(host_what_if, tells_what_the_loop_of_a_gpu_tells) {
    const workload::workload openb = workload::openb();
    const task_mix expected = openb.mix().typical(95);
    const policy::fgd by{expected};
    const policy::fragmentation_table table{expected};
    std::vector<request> tasks;
    for (const workload::task& task : openb.tasks) tasks.push_back(task.request);
    const cluster on = openb.build().value();
    const gpu::what_if_world world{on, tasks, std::vector{by}, expected};
    replay::what_if_scenario request{.seed = 44, .arriving = workload::arriving_at(1100, openb)};
    for (std::uint32_t n = 0; n < 200; ++n) request.removed.push_back(node_id{3 * n});
    const auto order = replay::nodes_of(request, on.size());
    ASSERT_EQ(order.size(), on.size() - 200);
    const auto told =
        replay::what_if(search::indexed{}, openb.build(order).value(), by, openb.tasks, table.view(), request);
    EXPECT_EQ(told, what_if_on_host(world, {request}).front());
    EXPECT_GT(told.failed, 0U);
}

TEST(host_what_if, numbers_the_nodes_that_are_left) {
    replay::what_if_scenario scenario{.nodes = replay::drawn_order::as_given, .removed = {node_id{1}, node_id{3}}};
    EXPECT_EQ(replay::nodes_of(scenario, 5), (std::vector<std::size_t>{0, 2, 4}));
    scenario.nodes = replay::drawn_order::by_seed;
    scenario.removed.clear();
    EXPECT_EQ(replay::nodes_of(scenario, 5), workload::draw_node_order(5, scenario.seed));
}
