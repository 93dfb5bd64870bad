// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/gpu_capacity.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gpu_capacity, has_a_table_a_way) {
    const partition_table mig{};
    const partition_table vgpu{};
    const gpu_capacity of{.mig_number = 3, .mig = &mig, .vgpu = &vgpu};
    EXPECT_EQ(of.table(sharing::mig), &mig);
    EXPECT_EQ(of.table(sharing::vgpu), &vgpu);
    EXPECT_EQ(of.mig_number, 3);
    EXPECT_FALSE(of == gpu_capacity{});
}
