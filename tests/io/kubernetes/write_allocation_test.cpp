// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/kubernetes/read_resource_claim.hpp>
#include <gpupack/io/kubernetes/write_allocation.hpp>

#include <gtest/gtest.h>

namespace dra = gpupack::dialect::dra;

TEST(write_allocation, writes_what_its_reader_reads) {
    dra::claim_allocation allocation;
    allocation.devices = {{.request = "r/a",
                           .driver = "d",
                           .pool = "p",
                           .device = "v",
                           .admin_access = true,
                           .tolerations = {{.key = "k", .comparison = "Exists"}},
                           .shared = true,
                           .share = "s",
                           .consumed = {{"memory", dra::quantity::whole(2)}}}};
    allocation.configuration = {{true, {{"r"}, "d", R"({"x":1})"}}};
    allocation.nodes = dra::node_selector{{{.fields = {{"metadata.name", "In", {"n1"}}}}}};
    const nlohmann::json written = gpupack::io::allocation_json(allocation);
    EXPECT_EQ(written["devices"]["config"][0].dump(),
              R"({"opaque":{"driver":"d","parameters":{"x":1}},"requests":["r"],"source":"FromClass"})");
    gpupack::io::json_fields fields;
    const auto claim = gpupack::io::read_resource_claim({{"status", {{"allocation", written}}}}, fields);
    ASSERT_FALSE(fields.error());
    EXPECT_EQ(gpupack::io::allocation_json(*claim.allocation)["devices"]["results"], written["devices"]["results"]);
    EXPECT_EQ(claim.allocation->nodes, allocation.nodes);
}
