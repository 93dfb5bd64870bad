// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/wired_topology.hpp>

#include <gpupack/topology/topology_error.hpp>

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

TEST(wired_topology, of_a_switch_has_the_same_links_everywhere_and_blocks_as_partitions) {
    node_topology four = wired(std::vector<pcie_location>(4));
    add_nvswitch(four, 6);
    EXPECT_TRUE(four.switched);
    EXPECT_EQ(four.links[0][3].nvlinks, 6);
    EXPECT_EQ(four.partitions.size(), 7U); // one of four, two of two, four of one
    EXPECT_FALSE(topology_error(four));
}
