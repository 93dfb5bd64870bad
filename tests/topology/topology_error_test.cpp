// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/topology_error.hpp>

#include "support/for_all.hpp"
#include "support/random_topology.hpp"

#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

std::string text(const input_error& error) {
    return error.field + ": " + error.value + ": " + error.expected;
}

} // namespace

TEST(topology_error, is_none_where_the_topology_is_right) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const node_topology any = random_topology(random, static_cast<int>(random.next() % 17));
        RC_ASSERT(!topology_error(any).has_value());
    });
}

TEST(topology_error, refuses_what_cannot_be) {
    const node_topology right = *machines::dgx_1_v100().topology;
    const auto refused = [&](auto spoil) {
        node_topology wrong = right;
        spoil(wrong);
        const auto error = topology_error(wrong);
        return error ? text(*error) : std::string{"accepted"};
    };
    EXPECT_EQ(refused([](auto& t) { t.links[3][1].nvlinks = 2; }),
              "GPU3 to GPU1: 230: the same link as from GPU1 to GPU3");
    EXPECT_EQ(refused([](auto& t) { t.links[5].pop_back(); }), "links of GPU5: 7 entries: an entry a GPU");
    EXPECT_EQ(refused([](auto& t) { t.links.pop_back(); }), "links: 7 rows: a row a GPU");
    EXPECT_EQ(refused([](auto& t) { t.numa[0] = 16; }), "NUMA node: 16: from 0 to 15");
    EXPECT_EQ(refused([](auto& t) { add_nvlinks(t, 0, 4, 20); }), "GPU4 to GPU0: 22: from 0 to 18 NVLinks");
    EXPECT_EQ(refused([](auto& t) { t.nics[1].to_gpus.clear(); }), "paths of mlx5_1: 0: a path a GPU");
    EXPECT_EQ(refused([](auto& t) { t.nics[1].numa = -2; }), "NUMA node: -2: from 0 to 15");
    EXPECT_EQ(refused([](auto& t) { t.nics.resize(257); }), "NICs: 257: at most 256 on a node");
    EXPECT_EQ(refused([](auto& t) { t.partitions = {gpu_set::of(8)}; }),
              "partition: 256: some of the GPUs of the node, as bits");
    EXPECT_EQ(refused([](auto& t) { t.partitions.assign(65, gpu_set::of(1)); }), "partitions: 65: at most 64");
    EXPECT_EQ(refused([](auto& t) { t.numa.assign(33, 0); }), "GPUs: 33: at most 32 on a node");
}
