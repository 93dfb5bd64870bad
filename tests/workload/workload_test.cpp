// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/workload.hpp>

#include <gpupack/topology/domain_tree.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(workload, builds_its_cluster_in_any_order_of_nodes) {
    workload::workload recorded;
    recorded.nodes = {{"a", {1_cores, 1_GiB, {}}}, {"b", {2_cores, 1_GiB, {}}}};
    const cluster as_recorded = recorded.build().value();
    EXPECT_EQ(as_recorded.name(node_id{0}), "a");
    const cluster reversed = recorded.build({1, 0}).value();
    EXPECT_EQ(reversed.name(node_id{0}), "b");
    EXPECT_EQ(reversed[node_id{0}].cpu(), 2_cores);
    const cluster without_a = recorded.build({1}).value();
    ASSERT_EQ(without_a.size(), 1U);
    EXPECT_EQ(without_a.name(node_id{0}), "b");
}

TEST(workload, counts_equal_requests_in_its_mix) {
    workload::workload recorded;
    for (const char* name : {"x", "y", "z"}) recorded.tasks.push_back({name, {.cpu = 1_cores}});
    recorded.tasks.push_back({"w", {.cpu = 2_cores}});
    EXPECT_EQ(recorded.mix().entries().size(), 2U);
    EXPECT_EQ(recorded.mix().entries()[0].count, 3);
    EXPECT_EQ(recorded.mix().total(), 4);
}

TEST(workload, tells_its_mix_how_model_lists_were_written) {
    workload::workload recorded;
    for (const char* list : {"A|B", "A|B|B", "A|B"})
        recorded.tasks.push_back({list, {.cpu = 1_cores, .gpus = 1}, {}, {}, list});
    EXPECT_EQ(recorded.mix().entries().size(), 1U);
    EXPECT_EQ(recorded.mix().typical(60).total(), 2); // A|B alone
}

TEST(workload, counts_weights_and_each_member_of_a_gang_in_its_mix) {
    workload::workload of;
    of.tasks.push_back({.name = "one", .request = {.gpus = 1}, .weight = 3});
    of.tasks.push_back({.name = "gang", .request = {.gpus = 8}, .members = 4, .weight = 2});
    EXPECT_EQ(of.mix().total(), 3 + 2 * 4);
}

TEST(workload, puts_its_nodes_into_their_domains) {
    domain_tree_builder tree{{"rack"}};
    tree.add("rack 0", "rack");
    tree.add("rack 1", "rack");
    workload::workload of;
    of.domains = tree.build().value();
    of.nodes = {{{}, {1_cores, 1_GiB, {}}, "rack 1"}, {"b", {2_cores, 1_GiB, {}}, "rack 0"}};
    const cluster built = of.build().value();
    EXPECT_EQ(*built.nodes_in(of.domains.find("rack 1").value()).begin(), node_id{0});
    EXPECT_EQ(*built.nodes_in(of.domains.find("rack 0").value()).begin(), node_id{1});
}
