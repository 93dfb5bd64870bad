// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/node_spec.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(node_spec, gpus_are_one_group_or_several) {
    const node_spec one{.cpu = 8_cores, .memory = 64_GiB, .gpus = {8, models::t4}};
    EXPECT_EQ(one.gpus.groups(), (std::vector<gpu_group>{{8, models::t4}}));
    const node_spec two{.gpus = {{4, models::t4}, {2, models::a10}}};
    EXPECT_EQ(two.gpus.groups().size(), 2U);
    EXPECT_TRUE(node_spec{}.gpus.groups().empty());
    EXPECT_FALSE(one == two);
}
