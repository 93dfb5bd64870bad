// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/aliyun/scorers.hpp>

#include <gpupack/policy/rank.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(aliyun_vgpu, fills_one_gpu_before_the_next) {
    scheduler by{cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {3, models::t4}}).build().value(),
                 dialect::aliyun_vgpu{}};
    const auto placed = [&](std::int64_t gibi) {
        return by.place({.gpus = 1, .share = slice{mebibytes{gibi * 1024}}})->gpus.lowest();
    };
    EXPECT_EQ(placed(9), 0);
    EXPECT_EQ(placed(8), 1);
    EXPECT_EQ(placed(2), 0);
    EXPECT_EQ(placed(5), 1);
    EXPECT_EQ(placed(4), 2);
}

TEST(aliyun_vgpu, joins_the_boards_that_are_cut_into_its_size) {
    scheduler by{cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {4, models::t4}}).build().value(),
                 dialect::aliyun_vgpu{}};
    const auto placed = [&](int parts) {
        return by.place({.gpus = 1, .share = vgpu_fraction(by.cluster().models(), parts).value()})->gpus.lowest();
    };
    EXPECT_EQ(placed(4), 0);
    EXPECT_EQ(placed(2), 1);
    EXPECT_EQ(placed(4), 0);
    EXPECT_EQ(placed(2), 1);
    EXPECT_EQ(placed(2), 2);
}
