// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/grown_sets.hpp>

#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/wired_topology.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

TEST(grown_sets, grow_from_each_gpu_along_the_best_links) {
    // 0 and 3 hang on one switch, 1 and 2 on another; both switches on one host bridge.
    const link_table links{
        wired({{.bridge = 0, .hub = 0}, {.bridge = 0, .hub = 1}, {.bridge = 0, .hub = 1}, {.bridge = 0, .hub = 0}})};
    const auto grown = [&](gpu_set gpus, int count) {
        std::vector<std::uint32_t> sets;
        fit::for_each_grown_set(links, gpus, count, [&](gpu_set set) { sets.push_back(set.bits()); });
        return sets;
    };
    EXPECT_EQ(grown(gpu_set::first(4), 1), (std::vector<std::uint32_t>{1, 2, 4, 8}));
    EXPECT_EQ(grown(gpu_set::first(4), 2), (std::vector<std::uint32_t>{0b1001, 0b0110, 0b0110, 0b1001}));
    EXPECT_EQ(grown(gpu_set::first(4), 3), (std::vector<std::uint32_t>{0b1011, 0b0111, 0b0111, 0b1011}));
    EXPECT_EQ(grown(gpu_set::first(3), 2), (std::vector<std::uint32_t>{0b011, 0b110, 0b110}));
}
