// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/named_models.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;
using namespace gpupack::literals;
using gpupack::policy::scarcity_level;

TEST(named_models, say_what_is_wanted_and_what_is_free_of_them) {
    cluster nodes = cluster_builder{}
                        .add_nodes(2, {8_cores, 8_GiB, {4, models::t4}})
                        .add_nodes(1, {8_cores, 8_GiB, {8, models::a10}})
                        .build()
                        .value();
    const model_set t4 = nodes.models().select("T4").value();
    task_mix mix;
    mix.add({.gpus = 1}, 6);
    mix.add({.gpus = 1, .models = t4}, 2);
    mix.add({.gpus = 1, .models = nodes.models().select("A10").value()}, 1);
    const policy::named_models named{mix, 1}; // the one of which most is wanted
    ASSERT_EQ(named.size(), 1U);
    EXPECT_EQ(named.models(0), t4);
    EXPECT_EQ(named.held_at_full_load(0, nodes), 16 * scarcity_level::parts * 2 / 9);
    EXPECT_EQ(named.free_gpus(0, nodes), 8);
    (void)nodes.take(node_id{1}, gpu_set::first(3), {.gpus = 3});
    EXPECT_EQ(named.free_gpus(0, nodes), 5);
    nodes.set_closed(node_id{0}, true);
    EXPECT_EQ(named.free_gpus(0, nodes), 1);
    EXPECT_EQ(policy::named_models(task_mix{}, 8).size(), 0U);
}

TEST(named_models, are_also_those_that_alone_have_enough_memory) {
    const cluster nodes = cluster_builder{}
                              .add_nodes(1, {8_cores, 8_GiB, {4, models::t4}})
                              .add_nodes(1, {8_cores, 8_GiB, {4, models::a100_80gb}})
                              .build()
                              .value();
    task_mix mix;
    mix.add({.gpus = 1, .share = slice{.memory = 4_GiB}}, 9);
    mix.add({.gpus = 1, .share = slice{.memory = 60_GiB}}, 1);
    const policy::named_models named{mix, 8, policy::gpu_memories::of(nodes.models())};
    ASSERT_EQ(named.size(), 1U);
    const model_set large = nodes.models().select("A100-SXM4-80GB").value_or(model_set{});
    EXPECT_FALSE(named.models(0).contains(*nodes.models().find("T4")));
    EXPECT_TRUE(large.empty() || named.models(0).contains(large));
    EXPECT_GT(named.held_at_full_load(0, nodes), 0);
}
