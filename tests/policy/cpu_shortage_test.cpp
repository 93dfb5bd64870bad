// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/cpu_shortage.hpp>

#include <gpupack/policy/lookahead.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

using namespace gpupack;
using gpupack::policy::cpu_shortage;

namespace {

/// Nodes that have ten cores by GPU.
cluster ten_cores_by_gpu(std::uint32_t nodes) {
    return cluster_builder{}.add_nodes(nodes, {80_cores, 80_GiB, {8, models::t4}}).build().value();
}

/// A mix that asks for so many milli-cores by GPU, half of them for tasks without GPUs.
task_mix mix_of(std::int64_t milli_cores) {
    task_mix mix;
    mix.add({.cpu = milli_cpu{milli_cores / 2}, .gpus = 1}, 1);
    mix.add({.cpu = milli_cpu{milli_cores / 2}}, 1);
    return mix;
}

} // namespace

TEST(cpu_shortage, is_of_what_the_mix_asks_for_by_gpu) {
    const cluster nodes = ten_cores_by_gpu(3);
    EXPECT_EQ(cpu_shortage{mix_of(1000)}.level(nodes), 0);
    EXPECT_EQ(cpu_shortage{mix_of(9000)}.level(nodes), 0);
    EXPECT_EQ(cpu_shortage{mix_of(9510)}.level(nodes), cpu_shortage::even / 2);
    EXPECT_EQ(cpu_shortage{mix_of(10002)}.level(nodes), cpu_shortage::even);
    EXPECT_EQ(cpu_shortage{mix_of(1000000)}.level(nodes), cpu_shortage::most);
    EXPECT_EQ(cpu_shortage{task_mix{}}.level(nodes), 0);
    EXPECT_EQ(cpu_shortage{mix_of(10002)}.level(cluster_builder{}.build().value()), 0);
    task_mix without_gpus;
    without_gpus.add({.cpu = 1_cores}, 1);
    EXPECT_EQ(cpu_shortage{without_gpus}.level(nodes), 0);
}

TEST(cpu_shortage, follows_the_nodes_that_come_and_go) {
    cluster nodes = ten_cores_by_gpu(1);
    const cpu_shortage shortage{mix_of(8000)};
    EXPECT_EQ(shortage.level(nodes), 0);
    const node_id more = nodes.add_node("more", {40_cores, 80_GiB, {8, models::t4}}).value();
    EXPECT_EQ(nodes.cpu(), 120_cores);
    EXPECT_EQ(shortage.level(nodes), cpu_shortage::most);
    (void)nodes.remove_node(more);
    EXPECT_EQ(nodes.cpu(), 80_cores);
    EXPECT_EQ(shortage.level(nodes), 0);
}

TEST(cpu_shortage, has_a_price_by_core) {
    const cpu_shortage shortage{mix_of(10000)};
    EXPECT_EQ(shortage.price(1 << 20, 200, 0), 0);
    // A milli-core comes with a tenth of a milli-GPU; a fifth of that.
    EXPECT_NEAR(static_cast<double>(shortage.price(1 << 20, 200, cpu_shortage::even)), (1 << 20) / 50.0, 4);
    EXPECT_EQ(shortage.price(1 << 20, 0, cpu_shortage::most), 0);
}

TEST(lookahead, fills_up_cores_where_they_are_short) {
    const auto node_for_a_core = [](const task_mix& mix) {
        cluster nodes = ten_cores_by_gpu(2);
        // No GPU is left on either; node 1 has fewer cores.
        (void)nodes.take(node_id{0}, gpu_set::first(8), {.cpu = 8_cores, .gpus = 8});
        (void)nodes.take(node_id{1}, gpu_set::first(8), {.cpu = 60_cores, .gpus = 8});
        scheduler by{std::move(nodes), policy::lookahead{mix}};
        return by.place({.cpu = 1_cores})->node;
    };
    EXPECT_EQ(node_for_a_core(mix_of(10002)), node_id{1});
    EXPECT_EQ(node_for_a_core(mix_of(5000)), node_id{0});
}
