// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/node_topology.hpp>

#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(node_topology, tells_the_way_to_a_numa_node) {
    const node_topology of = *machines::dgx_h100().topology;
    EXPECT_EQ(path_to_numa_node(of, 3, 0), pcie_path::same_cpu);
    EXPECT_EQ(path_to_numa_node(of, 3, 1), pcie_path::cross_cpu);
}
