// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_topology_matrix.hpp>

#include "io/topology_matrix_text.hpp"
#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/io/describe_machine.hpp>
#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace gpupack;
using namespace topology_matrix_text;

// A DGX-1 with V100, in the columns of 2018: adapters by name, no NUMA column.
TEST(read_topology_matrix, reads_a_dgx_1) {
    const node_topology of =
        read("\tGPU0\tGPU1\tGPU2\tGPU3\tGPU4\tGPU5\tGPU6\tGPU7\tmlx5_0\tmlx5_2\tmlx5_1\tmlx5_3\tCPU Affinity\n"
             "GPU0\t X \tNV1\tNV1\tNV2\tNV2\tSYS\tSYS\tSYS\tPIX\tSYS\tPHB\tSYS\t0-19,40-59\n"
             "GPU1\tNV1\t X \tNV2\tNV1\tSYS\tNV2\tSYS\tSYS\tPIX\tSYS\tPHB\tSYS\t0-19,40-59\n"
             "GPU2\tNV1\tNV2\t X \tNV2\tSYS\tSYS\tNV1\tSYS\tPHB\tSYS\tPIX\tSYS\t0-19,40-59\n"
             "GPU3\tNV2\tNV1\tNV2\t X \tSYS\tSYS\tSYS\tNV1\tPHB\tSYS\tPIX\tSYS\t0-19,40-59\n"
             "GPU4\tNV2\tSYS\tSYS\tSYS\t X \tNV1\tNV1\tNV2\tSYS\tPIX\tSYS\tPHB\t20-39,60-79\n"
             "GPU5\tSYS\tNV2\tSYS\tSYS\tNV1\t X \tNV2\tNV1\tSYS\tPIX\tSYS\tPHB\t20-39,60-79\n"
             "GPU6\tSYS\tSYS\tNV1\tSYS\tNV1\tNV2\t X \tNV2\tSYS\tPHB\tSYS\tPIX\t20-39,60-79\n"
             "GPU7\tSYS\tSYS\tSYS\tNV1\tNV2\tNV1\tNV2\t X \tSYS\tPHB\tSYS\tPIX\t20-39,60-79\n"
             "mlx5_0\tPIX\tPIX\tPHB\tPHB\tSYS\tSYS\tSYS\tSYS\t X \tSYS\tPHB\tSYS\t\n"
             "mlx5_2\tSYS\tSYS\tSYS\tSYS\tPIX\tPIX\tPHB\tPHB\tSYS\t X \tSYS\tPHB\t\n"
             "mlx5_1\tPHB\tPHB\tPIX\tPIX\tSYS\tSYS\tSYS\tSYS\tPHB\tSYS\t X \tSYS\t\n"
             "mlx5_3\tSYS\tSYS\tSYS\tSYS\tPHB\tPHB\tPIX\tPIX\tSYS\tPHB\tSYS\t X \t\n");
    const node_topology expected = *machines::dgx_1_v100().topology;
    EXPECT_EQ(of.links, expected.links); // the hidden paths, too: pairs share a switch with an adapter
    EXPECT_EQ(of.numa, expected.numa);
    EXPECT_FALSE(of.switched);
    EXPECT_EQ(of.nics[1].name, "mlx5_2");
    EXPECT_EQ(of.nics[1].numa, 1);
}

// An H100 machine: NIC columns with a legend, four columns behind, one of them always empty.
TEST(read_topology_matrix, reads_a_switched_machine_with_a_legend) {
    const node_topology of =
        read("$ nvidia-smi topo -m\n"
             "\t\x1b[4mGPU0\tGPU1\tGPU2\tGPU3\tNIC0\tNIC1\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\x1b[0m\n"
             "GPU0\t X \tNV18\tNV18\tNV18\tPXB\tSYS\t0-55,112-167\t0\t\tN/A\r\n"
             "GPU1\tNV18\t X \tNV18\tNV18\tNODE\tSYS\t0-55,112-167\t0\t\tN/A\r\n"
             "GPU2\tNV18\tNV18\t X \tNV18\tSYS\tPXB\t56-111,168-223\t1\t\tN/A\r\n"
             "GPU3\tNV18\tNV18\tNV18\t X \tSYS\tPXB\t56-111,168-223\t1\t\tN/A\r\n"
             "NIC0\tPXB\tNODE\tSYS\tSYS\t X \tSYS\r\n"
             "NIC1\tSYS\tSYS\tPXB\tPXB\tSYS\t X \r\n"
             "\nLegend:\n\n  X    = Self\n  NV#  = Connection traversing a bonded set of # NVLinks\n"
             "\nNIC Legend:\n\n  NIC0: mlx5_0\n  NIC1: mlx5_bond_0\n");
    EXPECT_TRUE(of.switched);
    EXPECT_EQ(of.numa, (std::vector<int>{0, 0, 1, 1}));
    EXPECT_EQ(score(of, 0, 1), 1820); // one reaches the adapter by PXB, the other by NODE
    EXPECT_EQ(score(of, 2, 3), 1840); // both by PXB
    EXPECT_EQ(score(of, 0, 2), 1810);
    EXPECT_EQ(of.nics[1].name, "mlx5_bond_0");
    EXPECT_EQ(of.nics[1].numa, 1);
}

TEST(read_topology_matrix, reads_what_small_machines_and_old_drivers_print) {
    // a workstation with a bridge between two cards, spaces, no CPU affinity in its cells
    const node_topology bridged = read("        GPU0    GPU1    CPU Affinity    NUMA Affinity\n"
                                       "GPU0     X      NV4                     \n"
                                       "GPU1    NV4      X                      \n");
    EXPECT_EQ(score(bridged, 0, 1), 420);
    EXPECT_FALSE(bridged.switched);
    // a virtual machine, all PHB
    const node_topology guest = read("\tGPU0\tGPU1\tGPU2\tGPU3\tCPU Affinity\tNUMA Affinity\n"
                                     "GPU0\t X \tPHB\tPHB\tPHB\t0-47\tN/A\n"
                                     "GPU1\tPHB\t X \tPHB\tPHB\t0-47\tN/A\n"
                                     "GPU2\tPHB\tPHB\t X \tPHB\t0-47\tN/A\n"
                                     "GPU3\tPHB\tPHB\tPHB\t X \t0-47\tN/A\n");
    EXPECT_EQ(score(guest, 0, 3), 30);
    EXPECT_EQ(guest.numa, (std::vector<int>(4, 0)));
    // two sockets, told by SYS alone
    const node_topology sockets = read("      GPU0  GPU1  GPU2  GPU3\n"
                                       "GPU0   X    PIX   SOC   SOC\n"
                                       "GPU1  PIX    X    SOC   SOC\n"
                                       "GPU2  SOC   SOC    X    PXB\n"
                                       "GPU3  SOC   SOC   PXB    X\n");
    EXPECT_EQ(sockets.numa, (std::vector<int>{0, 0, 1, 1}));
    EXPECT_EQ(score(sockets, 2, 3), 40);
    // one GPU, and a table as markdown has it
    EXPECT_EQ(read("\tGPU0\tCPU Affinity\nGPU0\t X \t0-7\n").gpus(), 1);
    const node_topology table = read("| | GPU0 | GPU1 | NIC0 |\n"
                                     "|---|---|---|---|\n"
                                     "| GPU0 | X | NV12 | PIX |\n"
                                     "| GPU1 | NV12 | X | PIX |\n");
    EXPECT_EQ(score(table, 0, 1), 1250);
    EXPECT_EQ(table.nics.size(), 1U);
}

TEST(read_topology_matrix, reads_every_machine_as_it_prints_it) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const std::string_view name = machines::names[random.below(machines::names.size())];
        node_topology of = *machines::named(name)->topology;
        look as{.gap = random.below(2) == 0 ? "\t" : "   "};
        as.adapter_rows = random.below(2) == 0;
        as.gpu_numa = random.below(2) == 0;
        as.colours = random.below(2) == 0;
        as.surroundings = random.below(2) == 0;
        const auto told = io::parse_topology_matrix("topo.txt", printed(of, as));
        RC_ASSERT(told.has_value());
        // DGX-1s tell all that NVLinks hide by their adapters; with switches, paths behind one pair of processors
        // are told as far as adapters differ.
        RC_ASSERT(told->numa == of.numa);
        RC_ASSERT(told->switched == of.switched);
        for (std::size_t a = 0; a < of.links.size(); ++a)
            for (std::size_t b = 0; b < of.links.size(); ++b) {
                RC_ASSERT(told->links[a][b].nvlinks == of.links[a][b].nvlinks);
                const bool hidden = of.links[a][b].nvlinks > 0 && name != "dgx-1-p100" && name != "dgx-1-v100";
                if (a != b && !hidden) RC_ASSERT(told->links[a][b].pcie == of.links[a][b].pcie);
                if (a != b && hidden)
                    RC_ASSERT((told->links[a][b].pcie == pcie_path::cross_cpu) ==
                              (of.links[a][b].pcie == pcie_path::cross_cpu));
            }
        RC_ASSERT(told->nics.size() == of.nics.size());
        for (std::size_t n = 0; n < of.nics.size(); ++n) {
            RC_ASSERT(told->nics[n].name == of.nics[n].name);
            RC_ASSERT(told->nics[n].to_gpus == of.nics[n].to_gpus);
        }
        // Without adapters and affinity, NVLinks and what they do not hide remain.
        as.adapters = as.affinity = as.gpu_numa = false;
        const auto bare = io::parse_topology_matrix("topo.txt", printed(of, as));
        RC_ASSERT((bare.has_value() && bare->nics.empty()));
        RC_ASSERT(bare->links[0][1].nvlinks == of.links[0][1].nvlinks);
    });
}

TEST(read_topology_matrix, knows_what_it_does_not_know) {
    // desktops and WSL: no NUMA node told, every pair SYS
    const node_topology desktop = read("\tGPU0\tGPU1\tGPU2\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\n"
                                       "GPU0\t X \tSYS\tSYS\t\t\t\tN/A\n"
                                       "GPU1\tSYS\t X \tSYS\t\t\t\tN/A\n"
                                       "GPU2\tSYS\tSYS\t X \t\t\t\tN/A\n");
    EXPECT_EQ(desktop.numa, (std::vector<int>(3, unknown_numa)));
    // a virtual machine with fewer adapters than GPUs: one hangs on GPU1 and looks far from GPU0, on the same NUMA node
    const node_topology guest = read("\tGPU0\tGPU1\tGPU2\tGPU3\tNIC0\tCPU Affinity\tNUMA Affinity\n"
                                     "GPU0\t X \tNV18\tNV18\tNV18\tSYS\t0-47\t0\n"
                                     "GPU1\tNV18\t X \tNV18\tNV18\tPIX\t0-47\t0\n"
                                     "GPU2\tNV18\tNV18\t X \tNV18\tSYS\t0-47\t0\n"
                                     "GPU3\tNV18\tNV18\tNV18\t X \tSYS\t48-95\t1\n");
    EXPECT_EQ(score(guest, 0, 1), 1820);
    EXPECT_EQ(score(guest, 0, 2), 1820);
    EXPECT_EQ(score(guest, 0, 3), 1810);
    // NUMA nodes beyond 15 are numbered anew in the topology, and stay as they are in the description
    const auto many = io::describe_topology_matrix("topo.txt", "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\n"
                                                               "GPU0\t X \tSYS\t0-3\t3\nGPU1\tSYS\t X \t64-67\t24\n");
    ASSERT_TRUE(many.has_value());
    EXPECT_EQ(many->gpus[1].numa, 24);
    EXPECT_EQ(many->topology.numa, (std::vector{0, 1}));
}

TEST(read_topology_matrix, says_where_it_is_wrong) {
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\nGPU0\t X \tNV2\nGPU1\tNV1\t X \n"),
              "topo.txt:3: GPU1 to GPU0: \"NV1\": expected the same as from GPU0 to GPU1, NV2");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\nGPU0\t X \tPXI\nGPU1\tPIX\t X \n"),
              "topo.txt:2: GPU0 to GPU1: \"PXI\": expected NV1 to NV18, PIX, PXB, PHB, NODE or SYS");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\nGPU0\t X \tNV19\nGPU1\tNV19\t X \n"),
              "topo.txt:2: GPU0 to GPU1: \"NV19\": expected NV1 to NV18, PIX, PXB, PHB, NODE or SYS");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\nGPU0\t X \nGPU1\tPIX\n"), "topo.txt:2: GPU0: \"1 entries\": expected 2");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\nGPU0\t X \tPIX\n"),
              "topo.txt: row: \"GPU1\": expected a row for each GPU of the header");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\nGPU0\t X \tPIX\nGPU0\t X \tPIX\n"),
              "topo.txt:3: row: \"GPU0\": expected one row a device");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU1\nGPU0\tPIX\tX\nGPU1\tX\tPIX\n"),
              "topo.txt:2: GPU0 to GPU0: \"PIX\": expected X on the diagonal, and nowhere else");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\tGPU2\n"), "topo.txt:1: header: \"GPU2\": expected GPU1");
    EXPECT_EQ(refusal_of_matrix("\tGPU0\nGPU0\t X \nGPU1\t X \n"),
              "topo.txt:3: row: \"GPU1\": expected a GPU of the header");
    EXPECT_EQ(refusal_of_matrix("no GPU here\n"),
              "topo.txt: matrix: \"\": expected a line with GPU0, GPU1, ... as nvidia-smi prints it");
    EXPECT_FALSE(io::read_topology_matrix("/no/such/file"));
}
