// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/topology_text.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(topology_text, writes_links_above_the_diagonal) {
    node_topology topology{.numa = {0, unknown_numa},
                           .links = {{{}, {pcie_path::single_switch, 12}}, {{pcie_path::single_switch, 12}, {}}}};
    topology.nics = {{"mlx5_0", 0, {pcie_path::multi_switch, pcie_path::cross_cpu}}};
    topology.switched = true;
    topology.partitions = {gpu_set::first(2), gpu_set::of(1)};
    const std::string line = to_text(topology);
    EXPECT_EQ(line, "numa=0,-1 links=PIX+12 nics=mlx5_0:0:PXB/SYS switched partitions=0-1/1");
    EXPECT_EQ(topology_from_text(line).value(), topology);
}

TEST(topology_text, refuses_another_number_of_links_or_ways_than_gpus) {
    node_topology three;
    EXPECT_EQ(detail::read_numa("0,0,1", three), nullptr);
    EXPECT_EQ(detail::read_links("PIX,SYS+18,NODE", three), nullptr);
    EXPECT_EQ(three.links[1][2], three.links[2][1]);
    EXPECT_EQ(three.links[0][2].nvlinks, 18);
    for (const char* links : {"", "PIX", "PIX,SYS,NODE,NODE", "PIX,SYS+19,NODE", "PIX,SYS+0,NODE", "PIX,sys,NODE"})
        EXPECT_NE(detail::read_links(links, three), nullptr) << links;
    EXPECT_EQ(detail::read_nics("a:b:0:PIX/SYS/SYS", three), nullptr);
    EXPECT_EQ(three.nics[0].name, "a:b");
    for (const char* nics : {"a", "a:0", ":PIX", "a:0:PIX/SYS", "a:16:PIX/SYS/SYS", "a:x:PIX/SYS/SYS"})
        EXPECT_NE(detail::read_nics(nics, three), nullptr) << nics;
    EXPECT_NE(detail::read_numa("16", three), nullptr);
    EXPECT_NE(detail::read_partitions("0/32", three), nullptr);
}

TEST(topology_text, says_which_field_is_wrong) {
    EXPECT_EQ(topology_from_text("numa=0,1 wires=PIX").error().message(),
              "wires, column 10: \"PIX\": expected numa, links, nics, switched or partitions");
    EXPECT_EQ(topology_from_text("numa=0 numa=1").error().message(), "numa, column 8: \"1\": expected each field once");
    EXPECT_FALSE(topology_from_text("links=PIX numa=0,1"));
    EXPECT_FALSE(topology_from_text("switched=yes"));
}
