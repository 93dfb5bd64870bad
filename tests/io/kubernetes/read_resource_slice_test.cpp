// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/kubernetes/read_resource_slice.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dra = gpupack::dialect::dra;

TEST(read_resource_slice, reads_all_that_an_allocation_needs) {
    gpupack::io::json_fields fields;
    const dra::resource_slice slice = gpupack::io::read_resource_slice(
        nlohmann::json::parse(R"({"apiVersion":"resource.k8s.io/v1","kind":"ResourceSlice","metadata":{"name":"s"},
        "spec":{"driver":"gpu.example","pool":{"name":"n1","generation":2,"resourceSliceCount":3},"nodeName":"n1","unknown":1,"devices":[{"name":"d",
        "attributes":{"a":{"int":1},"b":{"strings":["x"]},"c":{"version":"1.0.0"},"e":{}},
        "capacity":{"memory":{"value":"4Gi","requestPolicy":{"default":"1Gi","validRange":{"min":"1Gi","step":"1Gi"}}}},
        "consumesCounters":[{"counterSet":"s1","counters":{"c":{"value":"2"}}}],"taints":[{"key":"k","effect":"NoSchedule"}],
        "bindsToNode":true,"allowMultipleAllocations":true,"bindingConditions":["Warm"]}]}})"),
        fields);
    ASSERT_FALSE(fields.error()) << fields.error()->message();
    EXPECT_EQ(slice.pool.generation, 2);
    EXPECT_EQ(slice.pool.slices, 3);
    EXPECT_EQ(slice.reach.node_name, "n1");
    const dra::device& one = slice.devices.at(0);
    EXPECT_EQ(std::get<std::int64_t>(one.attributes[0].second), 1);
    EXPECT_EQ(std::get<std::vector<std::string>>(one.attributes[1].second).size(), 1U);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(one.attributes[3].second));
    EXPECT_EQ(one.capacity[0].policy->fallback->text(), "1Gi");
    EXPECT_EQ(one.consumes[0].counters[0].second.text(), "2");
    EXPECT_TRUE(one.shareable && one.binds_to_node);
    EXPECT_EQ(one.binding_conditions->size(), 1U);
}

TEST(read_resource_slice, refuses_the_old_form) {
    gpupack::io::json_fields fields;
    static_cast<void>(gpupack::io::read_resource_slice(
        nlohmann::json::parse(
            R"({"apiVersion":"resource.k8s.io/v1beta1","metadata":{"name":"s"},"spec":{"driver":"d"}})"),
        fields));
    ASSERT_TRUE(fields.error());
    EXPECT_EQ(fields.error()->expected, "resource.k8s.io/v1");
}
