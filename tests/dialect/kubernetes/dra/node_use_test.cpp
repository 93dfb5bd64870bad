// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/node_use.hpp>

#include "dialect/kubernetes/dra/dra_world.hpp"

#include <gtest/gtest.h>

#include <vector>

TEST(dra_node_use, takes_devices_in_use_from_their_counters) {
    using namespace dra_world;
    auto devices = slice_of("a", {"d1", "d2"});
    for (dra::device& one : devices.devices)
        one.consumes = {{.set = "s", .counters = {{"c", dra::quantity::whole(3)}}}};
    auto counters = slice_of("z", {});
    counters.counters = {{"s", {{"c", dra::quantity::whole(4)}}}};
    devices.pool.slices = counters.pool.slices = 2;
    const std::vector<dra::resource_slice> slices{devices, counters};
    const auto gathered = dra::node_devices::gather(slices, {.name = "n1"});
    dra::allocated_devices in_use;
    in_use.add({.devices = {{.driver = "gpu.example", .pool = "n1", .device = "d2"}}});
    const dra::node_use use{*gathered, in_use};
    EXPECT_FALSE(use.exclusive(0));
    EXPECT_TRUE(use.exclusive(1));
    ASSERT_EQ(use.free(0).size(), 1U);
    EXPECT_EQ(static_cast<std::int64_t>(use.free(0)[0] / 1'000'000'000), 1);
}
