// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_peer_matrix.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace gpupack;

TEST(read_peer_matrix, reads_who_reaches_whom) {
    const auto machine =
        io::describe_peer_matrix("p2p.txt", "$ nvidia-smi topo -p2p r\n"
                                            " \tGPU0\tGPU1\tGPU2\t\n"
                                            " GPU0\tX\tOK\tCNS\t\n"
                                            " GPU1\tOK\tX\tCNS\t\n"
                                            " GPU2\tCNS\tCNS\tX\t\n\nLegend:\n\n  X    = Self\n  OK   = Status Ok\n"
                                            " \tGPU0\n GPU0\tX\n");
    ASSERT_TRUE(machine.has_value()) << machine.error().message();
    EXPECT_EQ(machine->format, "nvidia-smi topo -p2p");
    EXPECT_EQ(machine->links[0], (std::vector<std::string>{"X", "OK", "CNS"}));
    EXPECT_EQ(machine->topology.gpus(), 0); // how they are connected is not told
}

TEST(read_peer_matrix, says_what_is_wrong) {
    const auto refusal = [](const std::string& text) {
        const auto machine = io::describe_peer_matrix("p2p.txt", text);
        return machine ? std::string{"accepted"} : machine.error().message();
    };
    EXPECT_EQ(refusal("\tGPU0\tGPU1\nGPU0\tX\tNV1\nGPU1\tNV1\tX\n"),
              "p2p.txt: table: \"\": expected GPU0, GPU1, ... with OK, CNS, GNS, TNS or NS, as nvidia-smi topo -p2p "
              "prints it");
    EXPECT_EQ(refusal("\tGPU0\tGPU1\nGPU0\tX\tOK\n"),
              "p2p.txt:1: row: \"GPU1\": expected a row for each GPU of the header");
    EXPECT_EQ(refusal("\tGPU0\tGPU1\nGPU0\tOK\tX\nGPU1\tX\tOK\n"),
              "p2p.txt:2: GPU0 to GPU0: \"OK\": expected X on the diagonal, and nowhere else");
}
