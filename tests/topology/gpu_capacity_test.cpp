#include <gpupack/topology/gpu_capacity.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gpu_capacity, has_a_table_a_way) {
    const partition_table mig{};
    const partition_table vgpu{};
    const gpu_capacity of{.mig_number = 3, .vgpu_number = 4, .mig = &mig, .vgpu = &vgpu};
    EXPECT_EQ(of.table(sharing::mig), &mig);
    EXPECT_EQ(of.table(sharing::vgpu), &vgpu);
    EXPECT_EQ(of.table_number(sharing::mig), 3);
    EXPECT_EQ(of.table_number(sharing::vgpu), 4);
    EXPECT_FALSE(of == gpu_capacity{});
}
