#include <gpupack/cuda/what_if_engine.hpp>

#include <gpupack/policy/fgd.hpp>
#include <gpupack/replay/arrivals.hpp>
#include <gpupack/replay/openb.hpp>
#include <gpupack/search/indexed.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(what_if_engine, tells_what_the_bodies_tell) {
    const io::trace openb = replay::openb();
    const task_mix expected = openb.mix().typical(95);
    const policy::fgd by{expected};
    const policy::fragmentation_table table{expected};
    std::vector<request> tasks;
    for (const io::trace_task& task : openb.tasks) tasks.push_back(task.asked);
    const cluster on = openb.build().value();
    const cuda::what_if_world world{on, tasks, std::vector{by}, expected};
    cuda::what_if_scenario asked{.seed = 44, .arriving = replay::arriving_at(1100, openb)};
    for (std::uint32_t n = 0; n < 200; ++n) asked.removed.push_back(node_id{3 * n});
    const auto order = cuda::nodes_of(asked, on.size());
    ASSERT_EQ(order.size(), on.size() - 200);
    const auto told =
        cuda::what_if_by(search::indexed{}, openb.build(order).value(), by, tasks, table.view(), asked);
    EXPECT_EQ(told, cuda::what_if_on_host(world, {asked}).front());
    EXPECT_GT(told.failed, 0U);
}
