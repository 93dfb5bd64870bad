// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/vgpu.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(vgpu_board, compares_by_what_it_shows_and_knows_whether_it_can_mix) {
    EXPECT_FALSE(models::t4.vgpu.can_mix()); // Turing and Volta cannot
    EXPECT_TRUE(models::a10.vgpu.can_mix());
    EXPECT_FALSE(models::a10.vgpu == models::t4.vgpu);
    EXPECT_EQ(models::a10.vgpu, models::a10.vgpu);
    EXPECT_FALSE(models::a10.vgpu == models::l4.vgpu); // other names
}
