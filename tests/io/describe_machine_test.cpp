// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/describe_machine.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

const std::string topo_matrix = "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\nGPU0\t X \tSYS\t0-3\t0\nGPU1\tSYS\t X \t4-7\t1\n";
const std::string sample_peers = "\tGPU0\tGPU1\nGPU0\tX\tOK\nGPU1\tOK\tX\n";
const std::string sample_types = "Link Type between two GPUs\n GPU0 GPU1\nGPU0 0 XGMI\nGPU1 XGMI 0\n";
const std::string sample_list = "GPU 0: NVIDIA A30 (UUID: GPU-1)\nGPU 1: NVIDIA A30 (UUID: GPU-2)\n";
const std::string sample_standing = "|   1  MIG 1g.6gb          14        3          0:1     |\n";
const std::string sample_offered = "|   1  MIG 1g.6gb          14     3/4        5.81       No     14     0     0   |\n";

std::string format_of(const std::string& text) {
    const auto machine = io::describe_machine("m.txt", text);
    return machine ? machine->format : machine.error().message();
}

} // namespace

TEST(describe_machine, knows_each_format) {
    EXPECT_EQ(format_of(topo_matrix), "nvidia-smi topo -m");
    EXPECT_EQ(format_of(sample_peers), "nvidia-smi topo -p2p");
    EXPECT_EQ(format_of(sample_types), "rocm-smi --showtopo");
    EXPECT_EQ(format_of(sample_list), "nvidia-smi -L");
    EXPECT_EQ(format_of(sample_standing), "nvidia-smi mig -lgi");
    EXPECT_EQ(format_of(sample_offered), "nvidia-smi mig -lgip");
}

TEST(describe_machine, brings_several_listings_together) {
    const auto machine = io::describe_machine("m.txt", sample_offered + sample_standing + sample_list + sample_peers + topo_matrix);
    ASSERT_TRUE(machine.has_value()) << machine.error().message();
    EXPECT_EQ(machine->format, "nvidia-smi topo -m");
    EXPECT_EQ(machine->links[0][1], "SYS");
    EXPECT_EQ(machine->gpus[1].name, "NVIDIA A30");
    EXPECT_EQ(machine->gpus[1].uuid, "GPU-2");
    EXPECT_EQ(machine->gpus[1].instances.at(0).start, 0);
    EXPECT_EQ(machine->gpus[1].profiles.at(0).free, 3);
}

TEST(describe_machine, names_what_it_cannot_read) {
    // damaged links are not passed over because a list of GPUs follows
    EXPECT_EQ(format_of("\tGPU0\tGPU1\nGPU0\t X \tNV1\nGPU1\tSYS\t X \n" + sample_list),
              "m.txt:3: GPU1 to GPU0: \"SYS\": expected the same as from GPU0 to GPU1, NV1");
    EXPECT_EQ(format_of("=== ROCm System Management Interface ===\nGPU[0] : x\n"),
              "m.txt: document: \"a table of rocm-smi\": expected the one with the link types, of rocm-smi --showtopo or --showtopotype");
    EXPECT_EQ(format_of("No MIG-enabled devices found.\n"),
              "m.txt: document: \"no MIG instances\": expected a machine whose GPUs are in MIG mode and divided");
    EXPECT_EQ(format_of("a shopping list\n"),
              "m.txt: document: \"a shopping list\": expected what nvidia-smi topo -m, topo -p2p, -L or mig -lgi, rocm-smi --showtopo "
              "or amd-smi topology prints");
}

// As a program logs it: a list on one line with its line ends escaped.
TEST(describe_machine, reads_lists_whose_line_ends_are_escaped) {
    const auto machine = io::describe_machine(
        "t", "\"GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)\\n  MIG 3g.20gb     Device  0: (UUID: MIG-2)\\n\"\n");
    ASSERT_TRUE(machine) << machine.error().message();
    ASSERT_EQ(machine->gpus.size(), 1U);
    ASSERT_EQ(machine->gpus[0].instances.size(), 1U);
    EXPECT_EQ(machine->gpus[0].instances[0].profile, "3g.20gb");
}
