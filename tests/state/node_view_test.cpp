// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/node_view.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/gpu_states.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(node_view, shows_kind_and_state) {
    node_type kind{.cpu = 8_cores, .memory = 64_GiB};
    for (int i = 0; i < 3; ++i) kind.add_gpu(gpu_of(mebibytes{1000 * (i + 1)}), model_id{});
    const gpu_state gpus[3] = {idle_with(1000_MiB), taking(idle_with(2000_MiB), slice{500_MiB, 300_milli}, 1),
                               taking(idle_with(3000_MiB), exclusive{}, 1)};
    node_state state{3000, 1024};
    sum_up_gpus(state, gpus, kind.gpus, 3);
    const node_view node{node_id{7}, kind, state, gpus};
    EXPECT_EQ(node.id(), node_id{7});
    EXPECT_EQ(node.cpu(), 8_cores);
    EXPECT_EQ(node.cpu_free(), 3_cores);
    EXPECT_EQ(node.memory(), 64_GiB);
    EXPECT_EQ(node.memory_free(), 1_GiB);
    EXPECT_EQ(node.gpu_memory(2), 3000_MiB);
    EXPECT_EQ(node.compute(), 3000_milli);
    EXPECT_EQ(node.compute_free(), 1700_milli);
    EXPECT_EQ(node.idle_gpus(), 1);
    EXPECT_EQ(node.slice_compute(), 1000_milli);
    EXPECT_EQ(node.slice_memory(), 1500_MiB);
    EXPECT_EQ(node.gpu(1).memory_free, 1500);
}

TEST(node_view, is_seen_in_another_state_with_the_same_gpus) {
    const cluster nodes = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    const node_view node = nodes[node_id{0}];
    node_state other = node.state();
    other.cpu_free = 500;
    const node_view seen = node.seen_as(other);
    EXPECT_EQ(seen.cpu_free(), milli_cpu{500});
    EXPECT_EQ(seen.memory_free(), node.memory_free());
    EXPECT_EQ(&seen.gpu(1), &node.gpu(1));
    EXPECT_EQ(seen.id(), node.id());
}
