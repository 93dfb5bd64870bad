// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(explain, lists_the_best_options_first_and_counts_the_nodes_that_fail) {
    const auto cluster = cluster_builder{}
                             .add_nodes(2, {64_cores, 256_GiB, {4, models::t4}})
                             .add_nodes(1, {64_cores, 256_GiB, {2, models::t4}})
                             .add_nodes(1, {1_cores, 256_GiB, {8, models::t4}})
                             .build()
                             .value();
    const request request{.cpu = 2_cores, .gpus = 2};
    const policy::best_fit policy{};
    const auto explained = search::explain(policy, policy::decision{cluster, request, 0}, 2);
    EXPECT_EQ(explained.nodes, 4U);
    EXPECT_EQ(explained.fitting(), 3U);
    EXPECT_EQ(explained.failed[static_cast<int>(fit::reason::cpu)], 1U);
    ASSERT_EQ(explained.options.size(), 2U);
    EXPECT_EQ(explained.options[0].node, node_id{2}); // the fewest GPUs are left there
    EXPECT_EQ(explained.options[1].node, node_id{0}); // as many as on node 1, which is higher
    EXPECT_EQ(explained.options[0].gpus, gpu_set::first(2));
    EXPECT_EQ(explained.options[0].score, policy(cluster[node_id{2}], request));
}
