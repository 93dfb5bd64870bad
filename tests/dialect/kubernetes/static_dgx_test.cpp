// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/static_dgx.hpp>

#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(static_dgx, takes_the_sets_in_their_order) {
    scheduler by{cluster_builder{}.add_nodes(1, machines::dgx_1_v100()).build().value(), dialect::static_dgx{}};
    EXPECT_EQ(by.place({.gpus = 2})->gpus.bits(), 0x09U);
    EXPECT_EQ(by.place({.gpus = 1})->gpus.bits(), 0x02U);
    EXPECT_EQ(by.place({.gpus = 4})->gpus.bits(), 0xf0U);
}

TEST(static_dgx, scores_other_sets_as_refused) {
    const cluster on = cluster_builder{}.add_nodes(1, machines::dgx_1_v100()).build().value();
    const dialect::static_dgx sets{};
    EXPECT_EQ(sets({on[node_id{0}], gpu_set::from_bits(0x03)}, {.gpus = 2}), -1000);
    EXPECT_EQ(sets({on[node_id{0}], gpu_set::from_bits(0x07)}, {.gpus = 3}), -1000);
    EXPECT_EQ(sets({on[node_id{0}], gpu_set::from_bits(0x90)}, {.gpus = 2}), -2);
}
