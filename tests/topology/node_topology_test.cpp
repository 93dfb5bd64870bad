// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/node_topology.hpp>

#include <gpupack/topology/machines.hpp>

#include "support/for_all.hpp"
#include "support/random_topology.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

std::string text(const input_error& error) {
    return error.field + ": " + error.value + ": " + error.expected;
}

} // namespace

TEST(node_topology, is_accepted_where_it_is_right) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const node_topology any = random_topology(random, static_cast<int>(random.next() % 17));
        const auto same = checked(any);
        RC_ASSERT(same.has_value());
        RC_ASSERT(*same == any);
    });
}

TEST(node_topology, refuses_what_cannot_be) {
    const node_topology right = *machines::dgx_1_v100().topology;
    const auto refused = [&](auto spoil) {
        node_topology wrong = right;
        spoil(wrong);
        const auto told = checked(wrong);
        return told ? std::string{"accepted"} : text(told.error());
    };
    EXPECT_EQ(refused([](auto& t) { t.links[3][1].nvlinks = 2; }),
              "GPU3 to GPU1: 230: the same link as from GPU1 to GPU3");
    EXPECT_EQ(refused([](auto& t) { t.links[5].pop_back(); }), "links of GPU5: 7 entries: an entry a GPU");
    EXPECT_EQ(refused([](auto& t) { t.links.pop_back(); }), "links: 7 rows: a row a GPU");
    EXPECT_EQ(refused([](auto& t) { t.numa[0] = 16; }), "NUMA node: 16: from 0 to 15");
    EXPECT_EQ(refused([](auto& t) { add_nvlinks(t, 0, 4, 20); }), "GPU4 to GPU0: 22: from 0 to 18 NVLinks");
    EXPECT_EQ(refused([](auto& t) { t.nics[1].to_gpus.clear(); }), "paths of mlx5_1: 0: a path a GPU");
    EXPECT_EQ(refused([](auto& t) { t.nics[1].numa = -1; }), "NUMA node: -1: from 0 to 15");
    EXPECT_EQ(refused([](auto& t) { t.nics.resize(257); }), "NICs: 257: at most 256 on a node");
    EXPECT_EQ(refused([](auto& t) { t.partitions = {gpu_set::of(8)}; }),
              "partition: 256: some of the GPUs of the node, as bits");
    EXPECT_EQ(refused([](auto& t) { t.partitions.assign(65, gpu_set::of(1)); }), "partitions: 65: at most 64");
    EXPECT_EQ(refused([](auto& t) { t.numa.assign(33, 0); }), "GPUs: 33: at most 32 on a node");
}

TEST(node_topology, tells_the_way_to_a_numa_node) {
    const node_topology of = *machines::dgx_h100().topology;
    EXPECT_EQ(path_to_numa_node(of, 3, 0), pcie_path::same_cpu);
    EXPECT_EQ(path_to_numa_node(of, 3, 1), pcie_path::cross_cpu);
}

TEST(node_topology, of_a_switch_has_the_same_links_everywhere_and_blocks_as_partitions) {
    node_topology four = wired(std::vector<pcie_location>(4));
    add_nvswitch(four, 6);
    EXPECT_TRUE(four.switched);
    EXPECT_EQ(four.links[0][3].nvlinks, 6);
    EXPECT_EQ(four.partitions.size(), 7U); // one of four, two of two, four of one
    EXPECT_TRUE(checked(four).has_value());
}
