// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/placements_lost.hpp>

#include "dialect/kubernetes/dra/dra_world.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

// A GPU of 4 slices: four partitions of one slice, two of two, one of four.
TEST(placements_lost, counts_the_partitions_that_an_allocation_blocks) {
    using namespace dra_world;
    auto partitions = slice_of("a", {"one-0", "one-1", "one-2", "one-3", "two-0", "two-2", "four-0"});
    const std::vector<std::vector<int>> slices{{0}, {1}, {2}, {3}, {0, 1}, {2, 3}, {0, 1, 2, 3}};
    for (std::size_t i = 0; i < slices.size(); ++i) {
        dra::counter_use use{.set = "gpu"};
        for (const int slice : slices[i])
            use.counters.emplace_back("slice-" + std::to_string(slice), dra::quantity::whole(1));
        partitions.devices[i].consumes = {use};
    }
    auto counters = slice_of("z", {});
    counters.counters = {{"gpu", {}}};
    for (int i = 0; i < 4; ++i)
        counters.counters[0].counters.emplace_back("slice-" + std::to_string(i), dra::quantity::whole(1));
    partitions.pool.slices = counters.pool.slices = 2;
    const std::vector<dra::resource_slice> published{partitions, counters};
    const auto devices = dra::node_devices::gather(published, {.name = "n1"});
    dra::placements_lost fresh{*devices, dra::node_use{*devices, {}}};
    EXPECT_EQ(fresh.takeable(), 7);
    EXPECT_EQ(fresh.loss(std::array<std::size_t, 1>{0}), 3); // itself, two-0 and four-0
    EXPECT_EQ(fresh.loss(std::array<std::size_t, 1>{6}), 7);
    dra::allocated_devices in_use;
    in_use.add({.devices = {{.driver = "gpu.example", .pool = "n1", .device = "one-0"}}});
    dra::placements_lost used{*devices, dra::node_use{*devices, in_use}};
    EXPECT_EQ(used.takeable(), 4);
    EXPECT_EQ(used.loss(std::array<std::size_t, 1>{1}), 1); // beside what is in use
    EXPECT_EQ(used.loss(std::array<std::size_t, 1>{2}), 2);
    EXPECT_EQ(used.takeable(), 4); // asking changes nothing
}
