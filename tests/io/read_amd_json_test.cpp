// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_amd_json.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack;

namespace {

io::described_machine amd_json(const std::string& text) {
    const auto machine = io::describe_amd_json("amd.json", text);
    EXPECT_TRUE(machine.has_value()) << (machine ? "" : machine.error().message());
    return machine.value_or(io::described_machine{});
}

std::string amd_json_refusal(const std::string& text) {
    const auto machine = io::describe_amd_json("amd.json", text);
    return machine ? "accepted" : machine.error().message();
}

/// A link as amd-smi writes it.
std::string amd_link(int gpu, const std::string& bdf, const std::string& type, int weight,
                     const std::string& bandwidth) {
    return R"({"gpu": )" + std::to_string(gpu) + R"(, "bdf": ")" + bdf + R"(", "weight": )" + std::to_string(weight) +
           R"(, "link_status": "ENABLED", "link_type": ")" + type + R"(", "num_hops": 1, "bandwidth": ")" + bandwidth +
           R"("})";
}

const std::string first_bdf = "0000:0c:00.0";
const std::string second_bdf = "0000:22:00.0";

} // namespace

TEST(read_amd_json, reads_links_in_lists) {
    const auto machine =
        amd_json("WARNING: User is missing the following required groups: render\n[{\"gpu\": 0, \"bdf\": \"" +
                 first_bdf + "\", \"links\": [" + amd_link(0, first_bdf, "SELF", 0, "N/A") + "," +
                 amd_link(1, second_bdf, "XGMI", 15, "50000-100000") + "]}, {\"gpu\": 1, \"bdf\": \"" + second_bdf +
                 "\", \"links\": [" + amd_link(0, first_bdf, "XGMI", 15, "50000-100000") + "," +
                 amd_link(1, second_bdf, "SELF", 0, "N/A") + "]}]");
    EXPECT_EQ(machine.format, "amd-smi topology --json");
    ASSERT_EQ(machine.gpus.size(), 2U);
    EXPECT_EQ(machine.gpus[1].bus_id, second_bdf);
    EXPECT_EQ(machine.links, (std::vector<std::vector<std::string>>{{"X", "XGMI"}, {"XGMI", "X"}}));
    EXPECT_EQ(machine.topology.links[0][1].nvlinks, 2);
}

TEST(read_amd_json, reads_links_by_key_as_older_versions_write_them) {
    const auto machine = amd_json(R"([
        {"gpu": 0, "weight": {"gpu_0": 0, "gpu_1": 40}, "hops": {"gpu_0": 0, "gpu_1": 3},
         "link_type": {"gpu_0": "SELF", "gpu_1": "PCIE"}, "numa_bandwidth": {"gpu_0": "N/A", "gpu_1": "N/A"}},
        {"gpu": 1, "weight": {"gpu_0": 40, "gpu_1": 0}, "hops": {"gpu_0": 3, "gpu_1": 0},
         "link_type": {"gpu_0": "PCIE", "gpu_1": "SELF"}}])");
    EXPECT_EQ(machine.links[0], (std::vector<std::string>{"X", "PCIE"}));
    EXPECT_EQ(machine.topology.links[0][1], (gpu_link{pcie_path::cross_cpu, 0})); // three hops
    EXPECT_TRUE(machine.inferred.empty());
}

TEST(read_amd_json, reads_rocm_smi) {
    const auto machine = amd_json(R"({"system": {
        "(Topology) Weight between DRM devices 0 and 1": "15", "(Topology) Hops between DRM devices 0 and 1": "1",
        "(Topology) Link type between DRM devices 0 and 1": "XGMI"},
        "card0": {"(Topology) Numa Node": "1"}, "card1": {"(Topology) Numa Node": "0"}})");
    EXPECT_EQ(machine.format, "rocm-smi --showtopo --json");
    EXPECT_EQ(machine.links[1], (std::vector<std::string>{"XGMI", "X"}));
    EXPECT_EQ(machine.gpus.at(0).numa, 1);
    EXPECT_EQ(machine.topology.links[0][1].nvlinks, 1);
}

TEST(read_amd_json, reads_commas_that_end_a_list) {
    const auto machine = amd_json(R"([{"gpu": 0, "link_type": {"gpu_0": "SELF", "gpu_1": "XGMI",},},)"
                                  R"({"gpu": 1, "link_type": {"gpu_0": "XGMI", "gpu_1": "SELF", } } ])");
    EXPECT_EQ(machine.links[0], (std::vector<std::string>{"X", "XGMI"}));
}

TEST(read_amd_json, says_what_is_wrong) {
    EXPECT_EQ(amd_json_refusal("[{\"gpu\": 0"), "amd.json: document: \"[{\"gpu\": 0\": expected whole JSON");
    EXPECT_EQ(amd_json_refusal("[]"),
              "amd.json: document: \"[]\": expected the links that amd-smi topology --json prints");
    EXPECT_EQ(amd_json_refusal(R"([{"gpu": 0, "link_type": {"gpu_0": "SELF", "gpu_1": "LASER"}}])"),
              "amd.json: GPU0 to GPU1: \"LASER\": expected XGMI or PCIE");
}
