// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/described_machine.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(described_machine, turns_its_instances_into_standing_ones) {
    io::described_gpu gpu;
    gpu.instances = {{"3g.20gb", 4, 4, "1"}, {"1g.5gb", std::nullopt, 0, "2"}, {"1g.5gb", 0, 1, "7"}};
    // one whose start is not known cannot stand anywhere
    EXPECT_EQ(io::standing_instances(gpu), (std::vector<mig::gpu_instance>{{"3g.20gb", 4}, {"1g.5gb", 0}}));
    EXPECT_TRUE(io::standing_instances({}).empty());
}
