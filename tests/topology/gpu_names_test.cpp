// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/gpu_names.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gpu_names, compares_ids_whole) { // "GPU-1" is a part of "GPU-10"
    gpu_names names;
    EXPECT_TRUE(names.add("GPU-10", {node_id{0}, 0}));
    EXPECT_FALSE(names.find("GPU-1"));
    EXPECT_TRUE(names.add("GPU-1", {node_id{0}, 1}));
    EXPECT_EQ(names.find("GPU-1"), (gpu_address{node_id{0}, 1}));
    EXPECT_EQ(names.find("GPU-10"), (gpu_address{node_id{0}, 0}));
    EXPECT_FALSE(names.add("GPU-1", {node_id{5}, 1}));
    EXPECT_EQ(names.size(), 2U);
}
