// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_topology_matrix.hpp>

#include "io/topology_matrix_text.hpp"
#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/io/describe_machine.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/topology_error.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;
using namespace topology_matrix_text;

// What stands in bug reports: quoted, gathered from many hosts, glued together where a terminal broke the line, with
// the matrix of another question behind it.
TEST(read_topology_matrix, reads_what_tools_and_terminals_have_made_of_it) {
    const node_topology quoted = read("> $ nvidia-smi topo -m\n"
                                      ">         GPU0    GPU1    CPU Affinity    NUMA Affinity   GPU NUMA ID\n"
                                      "> GPU0     X      NV4                     0               N/A\n"
                                      "> GPU1    NV4      X      16-31           1               N/A\n");
    EXPECT_EQ(quoted.numa, (std::vector<int>{0, 1})); // the empty cell is that of the CPUs
    EXPECT_EQ(score(quoted, 0, 1), 410);
    const node_topology gathered = read("node7: \tGPU0\tGPU1\tmlx5_0\tCPU Affinity\n"
                                        "node7: GPU0\t X \tPHB\tPIX\t3\n"
                                        "node7: GPU1\tPHB\t X \tPHB\t3\n"
                                        "node7: mlx5_0\tPIX\tPHB\t X \t\n");
    EXPECT_EQ(gathered.numa, (std::vector<int>{0, 0})); // one CPU, and no column that tells NUMA nodes
    EXPECT_EQ(gathered.nics.at(0).to_gpus[1], pcie_path::host_bridge);
    const node_topology glued = read("      GPU0  GPU1  NIC0  NIC1  NIC2  CPU Affinity  NUMA Affinity  GPU NUMA ID\n"
                                     "GPU0   X    NV18  PIXNODE  NODE  0-55,112-167  0  N/A\n"
                                     "GPU1  NV18   X    NODEPXB   SYS  56-111,168-223  1  N/A\n"
                                     "NIC1  NODE  PXB   NODE X PIX\n");
    EXPECT_EQ(glued.numa, (std::vector<int>{0, 1}));
    EXPECT_EQ(glued.nics[1].to_gpus, (std::vector{pcie_path::same_cpu, pcie_path::multi_switch}));
    const node_topology first = read("\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\n"
                                     "GPU0\t X \tPHB\t0-63\t0\t\tN/A\nGPU1\tPHB\t X \t0-63\t0\t\tN/A\n"
                                     "\nLegend:\n\n  X    = Self\n\n"
                                     " \tGPU0\tGPU1\t\n GPU0\tX\tGNS\t\n GPU1\tGNS\tX\t\n");
    EXPECT_EQ(score(first, 0, 1), 30); // not the matrix of topo -p2p
    // a tray of GB200: lists of NUMA nodes, and those that are the memory of the GPUs
    const node_topology grace = read("        GPU0    GPU1    CPU Affinity    NUMA Affinity   GPU NUMA ID\n"
                                     "GPU0     X      NV18    0-71    0,3-9,11-17             2\n"
                                     "GPU1    NV18     X      72-143  1,19-25,27-33           18\n");
    EXPECT_EQ(grace.numa, (std::vector<int>{0, 1}));
}

TEST(read_topology_matrix, survives_whatever_is_pasted) {
    const std::string right = printed(*machines::dgx_1_v100().topology, {});
    for_all([&](std::uint64_t seed) {
        random_stream random{seed};
        std::string text = right;
        for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
            const std::size_t at = random.below(text.size());
            const std::uint64_t way = random.below(3);
            if (way == 0) text[at] = "GX0\t N|\n"[random.below(8)];
            if (way == 1) text.erase(at, 1 + random.below(9));
            if (way == 2) text.insert(at, "NV2\t");
        }
        const auto told = io::parse_topology_matrix("topo.txt", text);
        if (told)
            RC_ASSERT(!topology_error(*told).has_value());
        else
            RC_ASSERT((!told.error().expected.empty() && told.error().file == "topo.txt"));
    });
}

// The kinds of damage of real pastes, on a made-up machine of two GPUs a processor.
TEST(read_topology_matrix, undoes_what_terminals_and_logs_have_done) {
    const auto described = [](const std::string& text) {
        const auto machine = io::describe_topology_matrix("topo.txt", text);
        EXPECT_TRUE(machine.has_value()) << (machine ? "" : machine.error().message());
        return machine.value_or(io::described_machine{});
    };
    const auto numa_of = [](const io::described_machine& machine) {
        std::vector<int> numa;
        for (const io::described_gpu& gpu : machine.gpus) numa.push_back(gpu.numa.value_or(-1));
        return numa;
    };
    // the NUMA node is glued to the processors, whose two ranges are equally long, and to the cell behind it
    const auto glued = described("\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\n"
                                 "GPU0\t X \tSYS\t0-47,96-143\t0N/A\n"
                                 "GPU1\tSYS\t X \t48-95,144-1911N/A\n");
    EXPECT_EQ(numa_of(glued), (std::vector{0, 1}));
    // one range alone: nobody can tell 0-51 and 1 from 0-511
    const auto open = described("\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\n"
                                "GPU0\t X \tSYS\t0-511N/A\nGPU1\tSYS\t X \t52-103\t1\t\tN/A\n");
    EXPECT_EQ(numa_of(open), (std::vector{-1, 1}));
    EXPECT_EQ(open.topology.numa, (std::vector{unknown_numa, 1}));
    // names and cells glued in the middle and at the end; both adapters are there, by their own names
    const auto middle = described("      GPU0  GPU1  NIC0NIC1  NIC2CPU Affinity  NUMA Affinity\n"
                                  "GPU0   X    NODE  PIXNODE   SYS0-35,72-107  0\n"
                                  "GPU1  NODE   X    NODEPIX   SYS0-35,72-107  0\n"
                                  "NIC0  PIX   NODE   X NODE   SYS\n"
                                  "NIC1  NODE  PIX   NODE X    SYS\n"
                                  "NIC2  SYS   SYS   SYSSYS     X\n\n  NIC0: mlx5_0\n  NIC1: mlx5_3\n");
    ASSERT_EQ(middle.nics.size(), 3U);
    EXPECT_EQ(middle.nics[1].name, "mlx5_3");
    EXPECT_EQ(middle.nics[1].to_gpus, (std::vector<std::string>{"NODE", "PIX"}));
    EXPECT_EQ(numa_of(middle), (std::vector{0, 0}));
    EXPECT_TRUE(middle.left_out.empty());
    // a colour code whose escape a web form has replaced, and log prefixes that change from line to line
    const auto logged =
        described("INFO 03:02:45.843487 \xef\xbf\xbd[4mGPU0 GPU1 CPU Affinity NUMA Affinity\xef\xbf\xbd[0m\n"
                  "INFO 03:02:45.843489 GPU0 X NV4 0-51 0\n"
                  "INFO 03:02:45.843491 GPU1 NV4 X 52-103 1\n");
    EXPECT_EQ(numa_of(logged), (std::vector{0, 1}));
    EXPECT_EQ(logged.inferred, (std::vector{std::pair{0, 1}}));
    // a log line in the middle of a row, and lines that the edge of a terminal has broken
    const auto cut = described("\tGPU0\tGPU1\tNIC0\tNIC1\tCPU Affinity\n"
                               "GPU0\t X \tPHB\tPIX\tSYS\t0-3\n"
                               "GPU1\tPH(Worker pid=9) INFO loading\nB\t X \tPHB\tSYS\t0-3\n"
                               "NIC0\tPIX\tPHB\t X \tS\n"
                               "WARNING slow\n"
                               "NIC1\tSYS\tSYS\tSYS\t X \n");
    EXPECT_EQ(cut.nics.size(), 2U);
    EXPECT_EQ(cut.links[1][0], "PHB");
    ASSERT_EQ(cut.left_out.size(), 1U);
    EXPECT_EQ(cut.left_out[0].line, 6U);
    EXPECT_EQ(cut.left_out[0].text, "WARNING slow");
}

// Whatever prints, wraps or quotes it, the same matrix comes out.
TEST(read_topology_matrix, reads_the_same_in_whatever_wrapping) {
    const std::string printed_text = "        GPU0    GPU1    NIC0    CPU Affinity    NUMA Affinity   GPU NUMA ID\n"
                                     "GPU0     X      NV4     PIX     0-47,96-143     0               N/A\n"
                                     "GPU1    NV4      X      SYS     48-95,144-191   1               N/A\n"
                                     "NIC0    PIX     SYS      X \n";
    const auto wanted = io::describe_machine("topo.txt", printed_text);
    ASSERT_TRUE(wanted) << wanted.error().message();
    ASSERT_EQ(wanted->gpus[1].numa, 1);
    const auto replaced = [](std::string text, const std::string& one, const std::string& other) {
        for (std::size_t at = text.find(one); at != std::string::npos; at = text.find(one, at + other.size()))
            text.replace(at, one.size(), other);
        return text;
    };
    std::vector<std::string> variants{"<pre>" + printed_text + "</pre>\n",
                                      "<pre><code class=\"text\">" + replaced(printed_text, " ", "&nbsp;") +
                                          "</code></pre>",
                                      replaced(printed_text, "\n", "<br/>\n"),
                                      "\"" + replaced(printed_text, "\n", "\\n") + "\"\n",
                                      "b'" + replaced("\\xef\\xbf\\xbd[4m" + printed_text, "\n", "\\n") + "'",
                                      replaced("INFO x: " + printed_text, "\n", "\\nINFO x: ")};
    std::string wide = "\xff\xfe";
    for (const char c : printed_text) wide.append(1, c).append(1, '\0');
    variants.push_back(wide);
    for (std::size_t width = 36; width < 80; ++width) { // the edge of a terminal
        std::string text;
        for (std::size_t begin = 0; begin < printed_text.size();) {
            const std::size_t end = printed_text.find('\n', begin);
            for (std::size_t at = begin; at < end; at += width)
                text.append(printed_text, at, std::min(width, end - at)).append("\n");
            begin = end + 1;
        }
        variants.push_back(text);
    }
    for (const std::string& text : variants) {
        const auto machine = io::describe_machine("topo.txt", text);
        ASSERT_TRUE(machine) << machine.error().message() << "\n" << text;
        EXPECT_EQ(machine->gpus, wanted->gpus) << text;
        EXPECT_EQ(machine->links, wanted->links) << text;
        EXPECT_EQ(machine->nics, wanted->nics) << text;
    }
}

TEST(read_topology_matrix, leaves_out_adapters_that_are_damaged) {
    const auto machine =
        io::describe_topology_matrix("topo.txt", "\tGPU0\tGPU1\tNIC0\tNIC1\tNIC2\tCPU Affinity\tNUMA Affinity\n"
                                                 "GPU0\t X \tPHB\tPIX\tSYS\n" // cut at the edge of the screen
                                                 "GPU1\tPHB\t X \tPHB\tSYS\n"
                                                 "NIC0\tPIX\tPHB\t X \tSYS\tSYS\n"
                                                 "NIC1\tSYS\tSYS\n\n"
                                                 "  NIC0: mlx5_0\n  NIC3: mlx5_3\n");
    ASSERT_TRUE(machine.has_value()) << machine.error().message();
    ASSERT_EQ(machine->nics.size(), 1U); // its row is whole
    EXPECT_EQ(machine->nics[0].name, "mlx5_0");
    EXPECT_EQ(machine->links[0][1], "PHB");
    ASSERT_EQ(machine->left_out.size(), 3U);
    EXPECT_EQ(machine->left_out[0].text, "NIC1");
    EXPECT_EQ(machine->left_out[0].why, "neither its column nor its row is whole");
    EXPECT_EQ(machine->left_out[1].text, "NIC2");
    EXPECT_EQ(machine->left_out[2], (io::left_out_text{8, "NIC3", "in the legend, but without a column"}));
    // row and column that differ: nobody knows which is right
    const auto torn =
        io::describe_topology_matrix("topo.txt", "\tGPU0\tNIC0\tCPU Affinity\nGPU0\t X \tPIX\t0\nNIC0\tSYS\t X \n");
    ASSERT_TRUE(torn.has_value());
    EXPECT_TRUE(torn->nics.empty());
    EXPECT_EQ(torn->left_out.at(0).why, "its row and its column differ at GPU0");
}

// Real pastes, which are not copied here; what is right was read off them by eye.
TEST(read_topology_matrix, reads_real_pastes) {
    const std::string folder = GPUPACK_DATA_DIR "/../cases/files/topo/";
    if (!io::read_file(folder + "paste_01.txt")) GTEST_SKIP() << "the real pastes are not there: " << folder;
    struct paste {
        const char* file;
        const char* numa;
        std::size_t nics;
        const char* first;   // GPU0 to the others
        const char* adapter; // the last adapter to the GPUs
    };
    for (const paste& each : {
             paste{"01", "00001111", 4, "X NV18 NV18 NV18 NV18 NV18 NV18 NV18", "SYS SYS SYS SYS NODE NODE PIX NODE"},
             paste{"02", "00001111", 8, "X NV18 NV18 NV18 NV18 NV18 NV18 NV18", "SYS SYS SYS SYS NODE NODE PXB PIX"},
             paste{"03", "00001111", 9, "X NV12 NV12 NV12 NV12 NV12 NV12 NV12", "SYS SYS SYS SYS NODE NODE NODE NODE"},
             paste{"04", "00001111", 18, "X NV18 NV18 NV18 NV18 NV18 NV18 NV18", "SYS SYS SYS SYS NODE NODE NODE PXB"},
             paste{"05", "00001111", 9, "X PXB NODE NODE SYS SYS SYS SYS", "SYS SYS SYS SYS NODE NODE NODE NODE"},
             paste{"06", "00112233", 12, "X NV18 NV18 NV18 NV18 NV18 NV18 NV18", "SYS SYS SYS SYS SYS SYS NODE PIX"},
             paste{"07", "00001111", 2, "X PXB PXB PXB SYS SYS SYS SYS", "PXB PIX PXB PXB SYS SYS SYS SYS"},
             paste{"08", "00001111", 0, "X NV18 NV18 NV18 NV18 NV18 NV18 NV18", ""},
             paste{"10", "00001111", 5, "X NV18 NV18 NV18 NV18 NV18 NV18 NV18", "SYS SYS SYS SYS SYS SYS PIX SYS"},
         }) {
        const std::string file = std::string{folder}.append("paste_").append(each.file).append(".txt");
        const auto machine = io::describe_topology_matrix(file, io::read_file(file).value());
        ASSERT_TRUE(machine.has_value()) << machine.error().message();
        std::string numa;
        for (const io::described_gpu& gpu : machine->gpus) numa += gpu.numa ? std::to_string(*gpu.numa) : "?";
        const auto line = [](const std::vector<std::string>& words) {
            std::string text;
            for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
            return text;
        };
        EXPECT_EQ(numa, each.numa) << file;
        EXPECT_EQ(machine->nics.size(), each.nics) << file;
        EXPECT_EQ(line(machine->links[0]), each.first) << file;
        EXPECT_EQ(each.nics == 0 ? "" : line(machine->nics.back().to_gpus), each.adapter) << file;
        EXPECT_TRUE(machine->left_out.empty()) << file << ": " << machine->left_out[0].why;
    }
    const auto broken = io::read_topology_matrix(folder + "paste_09.txt"); // a fabric that is broken one way
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().field, "GPU2 to GPU0");
}

// Every link is printed twice, so a row that was cut is whole in its column, and nothing else is made up.
TEST(read_topology_matrix, takes_a_row_that_is_cut_from_its_column) {
    const std::string text =
        "\tGPU0\tGPU1\tGPU2\tCPU Affinity\tNUMA Affinity\n"
        "GPU0\t X \tNV12\tSYS\t0-7\t0\nGPU1\tNV12\t X \tSYS\t0-7\t0\nGPU2\tSYS\tSYS\t X \t8-15\t1\n";
    const auto whole = io::describe_topology_matrix("t", text);
    ASSERT_TRUE(whole);
    const std::size_t last = text.find("\nGPU2") + 1;
    for (std::size_t end = last; end < text.size(); ++end) {
        const auto cut = io::describe_topology_matrix("t", text.substr(0, end));
        ASSERT_EQ(cut.has_value(), end > last + 5) << text.substr(last, end - last);
        if (!cut) continue;
        EXPECT_EQ(cut->links, whole->links) << end;
        const bool has_links = end > text.find('X', last);
        if (!has_links) {
            ASSERT_FALSE(cut->left_out.empty());
            EXPECT_EQ(cut->left_out[0].why, "its row is cut; its column was used");
        }
    }
    // in the middle: what is left of it agrees with the column, or the text is refused
    EXPECT_TRUE(
        io::describe_topology_matrix("t", "\tGPU0\tGPU1\tGPU2\nGPU0\t X \tPIX\tSYS\nGPU1\tPI\nGPU2\tSYS\tSYS\t X \n"));
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\tGPU2\nGPU0\t X \tPIX\tSYS\nGPU1\tPH\nGPU2\tSYS\tSYS\t X \n"),
              "topo.txt:3: GPU1 to GPU0: \"PH\": expected NV1 to NV18, PIX, PXB, PHB, NODE or SYS");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\tGPU2\nGPU0\t X \tPIX\tSYS\nGPU1\tNV1\nGPU2\tSYS\tSYS\t X \n"),
              "topo.txt:3: GPU1: \"1 entries\": expected 3");
}
