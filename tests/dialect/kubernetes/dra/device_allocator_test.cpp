// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/device_allocator.hpp>

#include "dialect/kubernetes/dra/dra_world.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

// The cases of upstream and random ones are in tests/io/kubernetes/read_dra_objects_test.cpp, which reads objects.

namespace {

using namespace dra_world;

} // namespace

TEST(device_allocator, takes_the_first_devices_that_are_free) {
    dra::allocated_devices in_use;
    in_use.add({.devices = {{.driver = "gpu.example", .pool = "n1", .device = "d1"}}});
    EXPECT_EQ(answer({slice_of("a", {"d1", "d2", "d3"})}, {claim_of(2)}, in_use), "d2 d3");
    EXPECT_EQ(answer({slice_of("a", {"d1", "d2", "d3"})}, {claim_of(3)}, in_use), "none");
    EXPECT_EQ(answer({slice_of("a", {"d1", "d2", "d3"})}, {claim_of(1), claim_of(2)}), "d1 d2 d3");
}

TEST(device_allocator, goes_back_where_a_later_request_fails) {
    auto slices = std::vector{slice_of("a", {"d1", "d2"})};
    slices[0].devices[0].attributes = {{"fast", true}};
    slices[0].devices[1].attributes = {{"fast", false}};
    auto one = claim_of(1);
    one.requests.push_back(
        {.name = "fast", .demand = {.class_name = "any", .selectors = {"device.attributes['gpu.example'].fast"}}});
    EXPECT_EQ(answer(slices, {one}), "d2 d1");
}

TEST(device_allocator, counts_more_than_32_devices_as_an_error) {
    EXPECT_EQ(answer({slice_of("a", {"d1"})}, {claim_of(33)}), "too_many_devices");
}

TEST(device_allocator, names_its_errors) {
    auto unnamed = claim_of(1);
    unnamed.requests[0].demand.class_name = "";
    EXPECT_EQ(answer({slice_of("a", {"d1"})}, {unnamed}), "class_unnamed");
    unnamed.requests[0].demand.class_name = "none";
    EXPECT_EQ(answer({slice_of("a", {"d1"})}, {unnamed}), "class_missing");
    EXPECT_EQ(answer({slice_of("a", {"d1", "d1"})}, {claim_of(1)}), "invalid_pools");
    dra::allocator_options limited;
    limited.step_limit = 3;
    EXPECT_EQ(answer({slice_of("a", {"d1", "d2", "d3", "d4"})}, {claim_of(4)}, {}, limited), "step_limit");
}

TEST(device_allocator, decides_hopeless_searches_by_counting) {
    std::vector<std::string> names;
    for (int i = 0; i < 31; ++i) names.push_back("d" + std::to_string(i));
    dra::allocator_options bounded;
    bounded.step_limit = 32;
    EXPECT_EQ(answer({slice_of("a", names)}, {claim_of(32)}, {}, bounded), "none"); // 2^31 steps without
}

TEST(device_allocator, may_be_told_the_order_of_devices) {
    using namespace dra_world;
    const std::vector<dra::resource_slice> slices{slice_of("a", {"d1", "d2"})};
    const std::vector<dra::device_class> classes{{.name = "any"}};
    const auto devices = dra::node_devices::gather(slices, {.name = "n1"});
    const dra::resource_claim one = claim_of(1);
    const dra::resource_claim* const pointer = &one;
    dra::device_allocator allocator{classes};
    const auto outcome = allocator.allocate(*devices, dra::node_use{*devices, {}}, {&pointer, 1}, {{1, 0}});
    ASSERT_TRUE(outcome.allocated);
    EXPECT_EQ(outcome.claims[0].devices[0].device, "d2");
}
