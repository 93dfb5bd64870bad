// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/what_if_world.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

TEST(what_if_world, lists_the_removed_nodes_of_all_scenarios_one_after_the_other) {
    const cluster cluster = cluster_builder{}.add_nodes(4, {16_cores, 64_GiB, {4, models::t4}}).build().value();
    const gpu::what_if_world world{cluster,
                                   {request{.gpus = 1}, request{.gpus = 2}, request{.gpus = 1}},
                                   std::vector{policy::best_fit{}},
                                   task_mix{}};
    EXPECT_EQ(world.view().class_count, 2U);
    EXPECT_EQ(world.view().task_count, 3U);
    EXPECT_EQ(world.replay_bytes() % 16, 0U);
    std::vector<std::uint32_t> removed;
    const auto flat = world.flatten({{.removed = {node_id{3}}}, {}, {.removed = {node_id{0}, node_id{2}}}}, removed);
    EXPECT_EQ(removed, (std::vector<std::uint32_t>{3, 0, 2}));
    ASSERT_EQ(flat.size(), 3U);
    EXPECT_EQ(flat[1].first_removed, flat[1].last_removed);
    EXPECT_EQ(flat[2].first_removed, 1U);
    EXPECT_EQ(flat[2].last_removed, 3U);
}
