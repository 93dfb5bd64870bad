// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/trace.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(trace, builds_its_cluster_in_any_order_of_nodes) {
    workload::trace recorded;
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

TEST(trace, counts_equal_requests_in_its_mix) {
    workload::trace recorded;
    for (const char* name : {"x", "y", "z"}) recorded.tasks.push_back({name, {.cpu = 1_cores}, {}, {}});
    recorded.tasks.push_back({"w", {.cpu = 2_cores}, {}, {}});
    EXPECT_EQ(recorded.mix().entries().size(), 2U);
    EXPECT_EQ(recorded.mix().entries()[0].count, 3);
    EXPECT_EQ(recorded.mix().total(), 4);
}

TEST(trace, tells_its_mix_how_model_lists_were_written) {
    workload::trace recorded;
    for (const char* list : {"A|B", "A|B|B", "A|B"})
        recorded.tasks.push_back({list, {.cpu = 1_cores, .gpus = 1}, {}, {}, list});
    EXPECT_EQ(recorded.mix().entries().size(), 1U);
    EXPECT_EQ(recorded.mix().typical(60).total(), 2); // A|B alone
}
