// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/kubernetes/read_resource_claim.hpp>

#include <gtest/gtest.h>

namespace dra = gpupack::dialect::dra;

TEST(read_resource_claim, reads_requests_alternatives_and_allocations) {
    gpupack::io::json_fields fields;
    const dra::resource_claim claim = gpupack::io::read_resource_claim(
        nlohmann::json::parse(R"({"metadata":{"name":"c","namespace":"n"},"spec":{"devices":{"requests":[
        {"name":"a","exactly":{"deviceClassName":"x","selectors":[{"cel":{"expression":"true"}},{}],"allocationMode":"All","adminAccess":false}},
        {"name":"b","firstAvailable":[{"name":"big","deviceClassName":"x","count":2,"capacity":{"requests":{"memory":"1Gi"}}}]}],
        "constraints":[{"matchAttribute":"d/a","requests":["a"]}]}},
        "status":{"allocation":{"devices":{"results":[{"request":"a","driver":"d","pool":"p","device":"v","shareID":"1","consumedCapacity":{"memory":"2"}}]}}}})"),
        fields);
    ASSERT_FALSE(fields.error()) << fields.error()->message();
    EXPECT_EQ(claim.requests[0].demand.mode, dra::allocation_mode::all);
    EXPECT_EQ(claim.requests[0].demand.admin_access, false);
    EXPECT_FALSE(claim.requests[0].demand.selectors[1]); // of a kind that is not known
    EXPECT_EQ(claim.requests[1].alternatives[0].demand.count, 2);
    EXPECT_EQ(claim.constraints[0].match, "d/a");
    EXPECT_TRUE(claim.allocation->devices[0].shared);
}

TEST(read_resource_claim, fills_in_what_the_api_server_fills_in) {
    gpupack::io::json_fields fields;
    const auto claim = gpupack::io::read_resource_claim(
        nlohmann::json::parse(
            R"({"metadata":{"name":"c"},"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"x"}}]}}})"),
        fields);
    EXPECT_EQ(claim.requests[0].demand.mode, dra::allocation_mode::exact_count);
    EXPECT_EQ(claim.requests[0].demand.count, 1);
    static_cast<void>(gpupack::io::read_resource_claim(
        nlohmann::json::parse(R"({"spec":{"devices":{"requests":[{"name":"a"}]}}})"), fields));
    EXPECT_TRUE(fields.error());
}
