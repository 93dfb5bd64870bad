// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/pcie_location.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(pcie_location, tells_the_way_by_the_closest_shared_part) {
    const pcie_location gpu{.numa = 0, .bridge = 1, .tree = 2, .hub = 3, .board = 4};
    EXPECT_EQ(path_between(gpu, {0, 1, 2, 3, 4}), pcie_path::same_board);
    EXPECT_EQ(path_between(gpu, {0, 1, 2, 3, 5}), pcie_path::single_switch);
    EXPECT_EQ(path_between(gpu, {0, 1, 2, 9, 5}), pcie_path::multi_switch);
    EXPECT_EQ(path_between(gpu, {0, 1, 9, 8, 5}), pcie_path::host_bridge);
    EXPECT_EQ(path_between(gpu, {0, 9, 7, 8, 5}), pcie_path::same_cpu);
    EXPECT_EQ(path_between(gpu, {1, 9, 7, 8, 5}), pcie_path::cross_cpu);
    EXPECT_EQ(path_between({}, {}), pcie_path::same_cpu); // -1 is shared with nobody
}
