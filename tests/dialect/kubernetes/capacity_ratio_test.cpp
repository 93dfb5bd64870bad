// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/capacity_ratio.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;
using dialect::kubernetes_capacity_ratio;

TEST(kubernetes_capacity_ratio, follows_its_curve_and_leaves_out_what_scores_nothing) {
    cluster on = cluster_builder{}.add_nodes(1, {10_cores, 10_GiB, {4, models::t4}}).build().value();
    const node_view node = on[node_id{0}];
    const kubernetes_capacity_ratio rising{{1, 1, 0}};
    EXPECT_EQ(rising(node, {.cpu = 5_cores, .memory = 2_GiB}), 35);
    EXPECT_EQ(rising(node, {.cpu = 5_cores}), 50) << "memory scores 0, and does not count";
    EXPECT_EQ(rising(node, {}), 0);
    const kubernetes_capacity_ratio bent{{1, 0, 0}, {{0, 10}, {50, 0}, {100, 10}}, 3};
    EXPECT_EQ(bent(node, {.cpu = 2_cores}), 60);
    EXPECT_EQ(bent(node, {.cpu = 8_cores}), 60);
    const kubernetes_capacity_ratio with_gpus{{0, 0, 1}};
    EXPECT_EQ(with_gpus(node, {.gpus = 1}), 25);
    EXPECT_EQ(with_gpus(node, {.cpu = 1_cores}), 0) << "GPUs count for requests for GPUs";
}

} // namespace
