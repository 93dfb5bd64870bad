// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/cluster_builder.hpp>

#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

std::string error_of(cluster_builder builder) {
    const auto built = std::move(builder).build();
    return built ? "" : built.error().message();
}

} // namespace

TEST(cluster_builder, shares_kinds_and_numbers_nodes_in_order) {
    const cluster built = cluster_builder{}
                              .add_nodes(2, {8_cores, 8_GiB, {2, models::t4}})
                              .add_node("big", {96_cores, 8_GiB, {{1, models::t4}, {2, models::p100}}})
                              .add_nodes(1, {8_cores, 8_GiB, {2, models::t4}})
                              .build()
                              .value();
    EXPECT_EQ(built.size(), 4U);
    EXPECT_EQ(built.types().size(), 2U);
    EXPECT_EQ(built.gpu_count(), 9U);
    EXPECT_EQ(&built[node_id{0}].type(), &built[node_id{3}].type());
    EXPECT_EQ(built.models().names(), "T4, P100");
    const node_view big = built[node_id{2}];
    EXPECT_EQ(big.gpu_model(0).number(), 0);
    EXPECT_EQ(big.gpu_model(2).number(), 1);
    EXPECT_EQ(big.gpu_memory(2), models::p100.memory);
    EXPECT_EQ(big.compute_free(), 3000_milli);
}

TEST(cluster_builder, an_empty_cluster_is_a_cluster) {
    EXPECT_EQ(cluster_builder{}.build().value().size(), 0U);
}

TEST(cluster_builder, refuses_the_first_thing_that_is_wrong) {
    EXPECT_EQ(error_of(cluster_builder{}.add_nodes(1, {milli_cpu{-1}, {}, {}})),
              "node cpu: \"-1\": expected from 0 to 2147483647");
    EXPECT_EQ(error_of(cluster_builder{}.add_nodes(1, {{}, mebibytes{max_amount + 1}, {}})),
              "node memory: \"2147483648\": expected from 0 to 2147483647");
    EXPECT_EQ(error_of(cluster_builder{}.add_nodes(1, {{}, {}, {33, models::t4}})),
              "node gpus: \"33\": expected from 0 to 32 GPUs on one node");
    EXPECT_EQ(error_of(cluster_builder{}.add_nodes(1, {{}, {}, {{30, models::t4}, {3, models::t4}}})),
              "node gpus: \"3\": expected from 0 to 32 GPUs on one node");
    EXPECT_EQ(error_of(cluster_builder{}.add_node("a", {}).add_node("a", {})),
              "node name: \"a\": expected a name that no other node has");
    EXPECT_EQ(error_of(cluster_builder{}
                           .add_nodes(1, {{}, {}, {1, gpu_model{"X", 1_GiB}}})
                           .add_nodes(1, {{}, {}, {1, gpu_model{"X", 2_GiB}}})),
              "model: \"X\": expected the same memory and profiles as when it was first named");
}

TEST(cluster_builder, gives_gpus_their_links_and_numa_nodes) {
    const node_spec machine = machines::dgx_a100();
    const cluster on = cluster_builder{}.add_nodes(2, machine).add_node("b", machine).build().value();
    ASSERT_EQ(on.types().size(), 1U);
    EXPECT_EQ(on.types()[0].links->pair(0, 1), 1240);
    EXPECT_EQ(on[node_id{2}].capacity(0).numa, 3);
    EXPECT_EQ(on[node_id{2}].capacity(7).numa, 5);
    node_spec more = machine;
    more.cpu = 8_cores;
    const cluster two = cluster_builder{}.add_nodes(1, machine).add_nodes(1, more).build().value();
    EXPECT_EQ(two.types()[0].links, two.types()[1].links); // one table for one topology
    const cluster copy = two;
    EXPECT_EQ(copy.types()[0].links->pair(0, 1), 1240);
}

TEST(cluster_builder, refuses_a_topology_of_another_machine) {
    node_spec machine = machines::dgx_a100();
    machine.gpus = {4, models::a100_80gb};
    const auto few = cluster_builder{}.add_nodes(1, machine).build();
    ASSERT_FALSE(few);
    EXPECT_EQ(few.error().field + ": " + few.error().value, "topology: 8 GPUs");
    node_spec crooked = machines::dgx_a100();
    crooked.topology->links[0][1].nvlinks = 3;
    EXPECT_FALSE(cluster_builder{}.add_nodes(1, crooked).build());
}
