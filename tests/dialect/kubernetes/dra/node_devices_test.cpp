// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/node_devices.hpp>

#include "dialect/kubernetes/dra/dra_world.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace dra_world;

std::string device_names(const std::vector<dra::resource_slice>& slices) {
    const auto devices = dra::node_devices::gather(slices, {.name = "n1"});
    std::string made;
    for (const dra::node_device& one : devices->devices())
        made.append(made.empty() ? "" : " ").append(one.content->name);
    return made;
}

} // namespace

TEST(dra_node_devices, come_by_driver_pool_slice_and_place) {
    auto later = slice_of("b", {"d3", "d2"});
    auto sooner = slice_of("a", {"d1"});
    later.pool.slices = sooner.pool.slices = 2;
    auto other = slice_of("z", {"x"}, "a-pool");
    EXPECT_EQ(device_names({later, sooner, other}), "x d1 d3 d2");
    other.devices[0].binding_conditions = std::vector<std::string>{"Warm"};
    EXPECT_EQ(device_names({later, sooner, other}), "d1 d3 d2 x"); // pools with binding conditions come last
}

TEST(dra_node_devices, leave_out_old_incomplete_and_invalid_pools) {
    auto old = slice_of("a", {"d1"});
    auto current = slice_of("b", {"d2"});
    current.pool.generation = 2;
    EXPECT_EQ(device_names({old, current}), "d2");
    auto half = slice_of("c", {"d3"}, "p");
    half.pool.slices = 2;
    const std::vector<dra::resource_slice> incomplete{half};
    EXPECT_EQ(dra::node_devices::gather(incomplete, {.name = "n1"})->pools()[0].state, dra::pool_state::incomplete);
    const std::vector<dra::resource_slice> twice{slice_of("d", {"d4", "d4"})};
    EXPECT_EQ(dra::node_devices::gather(twice, {.name = "n1"})->pools()[0].state, dra::pool_state::invalid);
    EXPECT_EQ(device_names(incomplete) + device_names(twice), "");
}

TEST(dra_node_devices, leave_out_slices_with_compatibility_groups) {
    auto grouped = slice_of("a", {"d1"});
    grouped.devices[0].consumes = {{.set = "s", .grouped = true}};
    EXPECT_EQ(device_names({grouped}), "");
}
