// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_rocm_topology.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

using namespace gpupack;

namespace {

io::described_machine rocm(const std::string& text) {
    const auto machine = io::describe_rocm_topology("rocm.txt", text);
    EXPECT_TRUE(machine.has_value()) << (machine ? "" : machine.error().message());
    return machine.value_or(io::described_machine{});
}

std::string rocm_refusal(const std::string& text) {
    const auto machine = io::describe_rocm_topology("rocm.txt", text);
    return machine ? "accepted" : machine.error().message();
}

} // namespace

TEST(read_rocm_topology, reads_all_tables_of_showtopo) {
    const auto machine = rocm("==================== ROCm System Management Interface ====================\n"
                              "========================= Weight between two GPUs =========================\n"
                              "       GPU0         GPU1         GPU2         \n"
                              "GPU0   0            15           40           \n"
                              "GPU1   15           0            72           \n"
                              "GPU2   40           72           0            \n\n"
                              "========================== Hops between two GPUs ==========================\n"
                              "       GPU0         GPU1         GPU2         \n"
                              "GPU0   0            1            2            \n"
                              "GPU1   1            0            3            \n"
                              "GPU2   2            3            0            \n\n"
                              "======================== Link Type between two GPUs ========================\n"
                              "       GPU0         GPU1         GPU2         \n"
                              "GPU0   0            XGMI         PCIE         \n"
                              "GPU1   XGMI         0            PCIE         \n"
                              "GPU2   PCIE         PCIE         0            \n\n"
                              "================================ Numa Nodes ================================\n"
                              "GPU[0]\t\t: (Topology) Numa Node: 1\n"
                              "GPU[0]\t\t: (Topology) Numa Affinity: 1\n"
                              "GPU[1]\t\t: (Topology) Numa Node: 1\n"
                              "GPU[2]\t\t: (Topology) Numa Node: 0\n"
                              "============================ End of ROCm SMI Log ============================\n");
    EXPECT_EQ(machine.format, "rocm-smi --showtopo");
    EXPECT_EQ(machine.links[0], (std::vector<std::string>{"X", "XGMI", "PCIE"}));
    EXPECT_EQ(machine.gpus[0].numa, 1);
    EXPECT_EQ(machine.gpus[2].numa, 0);
    EXPECT_EQ(machine.topology.links[0][1], (gpu_link{pcie_path::same_cpu, 1}));
    EXPECT_EQ(machine.topology.links[0][2], (gpu_link{pcie_path::same_cpu, 0})); // two hops
    EXPECT_EQ(machine.topology.links[1][2], (gpu_link{pcie_path::cross_cpu, 0}));
    EXPECT_EQ(machine.inferred, (std::vector{std::pair{0, 1}})); // how XGMI's ends reach each other over PCIe
}

TEST(read_rocm_topology, reads_link_types_alone_as_bug_reports_have_them) {
    const auto one =
        rocm("=== Link Type between two GPUs ===\n       GPU0         \nGPU0   0            \n=== End ===\n");
    EXPECT_EQ(one.gpus.size(), 1U);
    EXPECT_EQ(one.topology.numa, std::vector{unknown_numa});
    // behind a log prefix, with glued cells, and with a row that the edge of the terminal has broken
    const auto pasted = rocm("[0]: Link Type between two GPUs\n[0]:        GPU0  GPU1  GPU2\n"
                             "[0]: GPU0   0  XGMIXGMI\n[0]: GPU1   XGMI  0\nXGMI\n[0]: GPU2   XGMI  XGMI0\n");
    EXPECT_EQ(pasted.links[1], (std::vector<std::string>{"XGMI", "X", "XGMI"}));
    EXPECT_EQ(pasted.links[2], (std::vector<std::string>{"XGMI", "XGMI", "X"}));
}

TEST(read_rocm_topology, reads_amd_smi) {
    const auto machine = rocm("ACCESS TABLE:\n             0000:0c:00.0 0000:22:00.0\n"
                              "0000:0c:00.0 ENABLED      ENABLED     \n0000:22:00.0 ENABLED      ENABLED     \n\n"
                              "HOPS TABLE:\n             0000:0c:00.0 0000:22:00.0\n"
                              "0000:0c:00.0 0            1           \n0000:22:00.0 1            0           \n\n"
                              "LINK TYPE TABLE:\n             0000:0c:00.0 0000:22:00.0\n"
                              "0000:0c:00.0 SELF         XGMI        \n0000:22:00.0 XGMI         SELF        \n\n"
                              "NUMA BW TABLE:\n             0000:0c:00.0 0000:22:00.0\n"
                              "0000:0c:00.0 N/A          50000-200000\n0000:22:00.0 50000-200000 N/A         \n\n"
                              "Legend:\n SELF = Current GPU\n");
    EXPECT_EQ(machine.format, "amd-smi topology");
    EXPECT_EQ(machine.gpus[1].bus_id, "0000:22:00.0");
    EXPECT_EQ(machine.topology.links[0][1].nvlinks, 4); // four times the bandwidth of one link
}

// An MI250X: its weights tell which dies are neighbours, its hops do not.
TEST(read_rocm_topology, counts_no_link_where_the_way_leads_through_a_third_gpu) {
    const auto machine = rocm("Weight between two GPUs\nGPU0 GPU1 GPU2\nGPU0 0 15 30\nGPU1 15 0 15\nGPU2 30 15 0\n"
                              "Link Type between two GPUs\nGPU0 GPU1 GPU2\n"
                              "GPU0 0 XGMI XGMI\nGPU1 XGMI 0 XGMI\nGPU2 XGMI XGMI 0\n");
    EXPECT_EQ(machine.links[0][2], "XGMI");
    EXPECT_EQ(machine.topology.links[0][1].nvlinks, 1);
    EXPECT_EQ(machine.topology.links[0][2].nvlinks, 0);
}

TEST(read_rocm_topology, describes_more_gpus_than_a_node_may_have) {
    std::string text = "Link Type between two GPUs\n      ";
    for (int g = 0; g < 64; ++g) text += "  GPU" + std::to_string(g);
    for (int g = 0; g < 64; ++g) {
        text += "\nGPU" + std::to_string(g);
        for (int other = 0; other < 64; ++other) text += other == g ? "  0" : "  XGMI";
    }
    const auto machine = rocm(text + "\n"); // eight MI300X, each as eight partitions
    EXPECT_EQ(machine.gpus.size(), 64U);
    EXPECT_EQ(machine.topology.gpus(), 0);
    EXPECT_EQ(machine.left_out.at(0).text, "64 GPUs");
}

TEST(read_rocm_topology, takes_one_damaged_row_from_its_column) {
    for (const char* const row : {"GPU1 XGMI 0", "GPU1 XGMI 0 PCIE 7", "GPU1 XG"}) {
        const auto machine = rocm("Link Type between two GPUs\n GPU0 GPU1 GPU2\nGPU0 0 XGMI XGMI\n" + std::string{row} +
                                  "\nGPU2 XGMI PCIE 0\n");
        EXPECT_EQ(machine.links.at(1), (std::vector<std::string>{"XGMI", "X", "PCIE"})) << row;
        EXPECT_EQ(machine.left_out.at(0).why, "its row is damaged; its column was used");
        EXPECT_EQ(machine.left_out.at(0).line, 4U);
    }
}

TEST(read_rocm_topology, reads_numa_nodes_of_older_versions) {
    const auto machine = rocm("Link Type between two GPUs\nGPU0 GPU1\nGPU0 0 PCIE\nGPU1 PCIE 0\n"
                              "GPU 0          : (Topology) Numa Node: 0\nGPU 1          : (Topology) Numa Node: 3\n");
    EXPECT_EQ(machine.gpus.at(0).numa, 0);
    EXPECT_EQ(machine.gpus.at(1).numa, 3);
}

TEST(read_rocm_topology, says_what_is_wrong) {
    EXPECT_EQ(rocm_refusal("nothing\n"),
              "rocm.txt: table: \"\": expected the link types that rocm-smi --showtopo or amd-smi topology prints");
    EXPECT_EQ(rocm_refusal("Link Type between two GPUs\nGPU0 GPU1\nGPU0 0 XGMI\n"),
              "rocm.txt:2: row: \"GPU1\": expected a row for each GPU of the header");
    EXPECT_EQ(rocm_refusal("Link Type between two GPUs\nGPU0 GPU1\nGPU0 0\nGPU1 XGMI\n"),
              "rocm.txt:3: GPU0: \"1 entries\": expected 2");
    EXPECT_EQ(rocm_refusal("Link Type between two GPUs\nGPU0 GPU1\nGPU0 0 XGMI\nGPU1 PCIE 0\n"),
              "rocm.txt:4: GPU1 to GPU0: \"PCIE\": expected the same as the other way, XGMI");
    EXPECT_EQ(rocm_refusal("Link Type between two GPUs\nGPU0 GPU1\nGPU0 0 XGMY\nGPU1 XGMY 0\n"),
              "rocm.txt:3: GPU0 to GPU1: \"XGMY\": expected XGMI or PCIE");
}

// A terminal that breaks lines, or cuts them off.
TEST(read_rocm_topology, reads_broken_lines_and_refuses_cut_ones) {
    std::string text =
        "===== Link Type between two GPUs =====\n       GPU0         GPU1         GPU2         GPU3         \n";
    for (int a = 0; a < 4; ++a) {
        text.append("GPU").append(std::to_string(a)).append("   ");
        for (int b = 0; b < 4; ++b) text.append(a == b ? "0            " : "XGMI         ");
        text.append("\n");
    }
    const auto whole = io::describe_rocm_topology("t", text);
    ASSERT_TRUE(whole) << whole.error().message();
    for (std::size_t width = 24; width < 60; ++width) {
        std::string broken;
        std::string cut;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = text.find('\n', begin);
            cut.append(text, begin, std::min(width, end - begin)).append("\n");
            for (std::size_t at = begin; at < end; at += width)
                broken.append(text, at, std::min(width, end - at)).append("\n");
            begin = end + 1;
        }
        const auto from_broken = io::describe_rocm_topology("t", broken);
        const std::size_t column = width % 13; // at some, a name or a cell is broken in two
        const bool between = column > 10 || column < 8;
        EXPECT_TRUE(from_broken || !between || width == 24) << broken;
        if (from_broken) {
            EXPECT_EQ(from_broken->links, whole->links) << broken;
        }
        const auto from_cut = io::describe_rocm_topology("t", cut);
        if (from_cut) {
            EXPECT_EQ(from_cut->links, whole->links) << cut;
        }
    }
    const auto unknown = io::describe_rocm_topology(
        "t", "Link Type between two GPUs\n GPU0 GPU1\nGPU0 0 XGMI\nGPU1 XGMI 0\nGPU2 XGMI XGMI\n");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message(), "t:5: row: \"GPU2\": expected a GPU of the header");
}
