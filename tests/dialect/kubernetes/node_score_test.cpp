// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/node_score.hpp>

#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/state/cluster_builder.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(kubernetes_node, is_the_default_score_where_all_ask_for_cpu_and_memory) {
    cluster cluster = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB}).build().value();
    const request request{.cpu = 1_cores, .memory = 2_GiB};
    (void)cluster.take(node_id{1}, {}, request);
    const auto scorer = policy::prepare(dialect::kubernetes_node{}, {cluster, request, 0});
    for (std::uint32_t n = 0; n < 2; ++n)
        EXPECT_EQ(scorer(cluster.node_at(n), request), dialect::kubernetes_default{}(cluster.node_at(n), request));
}

TEST(kubernetes_node, assumes_requests_in_the_allocation_but_not_in_the_balance) {
    cluster cluster = cluster_builder{}.add_nodes(2, {2_cores, mebibytes{2000}}).build().value();
    (void)cluster.take(node_id{0}, {}, {});
    const request asked{.cpu = milli_cpu{500}, .memory = mebibytes{500}};
    const auto score_on = [&](std::uint32_t node, const request& request) {
        return policy::prepare(dialect::kubernetes_node{}, {cluster, request, 0})(cluster.node_at(node), request);
    };
    EXPECT_EQ(score_on(1, asked), 75 + 75);
    EXPECT_EQ(score_on(0, asked), (70 + 65) / 2 + 75);
    // A pod that asks for nothing is not balanced at all.
    EXPECT_EQ(score_on(1, {}), (95 + 90) / 2);
    EXPECT_EQ(score_on(0, {}), (90 + 80) / 2);
}
