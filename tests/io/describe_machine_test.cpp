// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/describe_machine.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

const std::string topo_matrix =
    "\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\nGPU0\t X \tSYS\t0-3\t0\nGPU1\tSYS\t X \t4-7\t1\n";
const std::string sample_peers = "\tGPU0\tGPU1\nGPU0\tX\tOK\nGPU1\tOK\tX\n";
const std::string sample_types = "Link Type between two GPUs\n GPU0 GPU1\nGPU0 0 XGMI\nGPU1 XGMI 0\n";
const std::string sample_list = "GPU 0: NVIDIA A30 (UUID: GPU-1)\nGPU 1: NVIDIA A30 (UUID: GPU-2)\n";
const std::string sample_standing = "|   1  MIG 1g.6gb          14        3          0:1     |\n";
const std::string sample_offered =
    "|   1  MIG 1g.6gb          14     3/4        5.81       No     14     0     0   |\n";

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
    const auto machine =
        io::describe_machine("m.txt", sample_offered + sample_standing + sample_list + sample_peers + topo_matrix);
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
              "m.txt: document: \"a table of rocm-smi\": expected the one with the link types, of rocm-smi --showtopo "
              "or --showtopotype");
    EXPECT_EQ(format_of("No MIG-enabled devices found.\n"),
              "m.txt: document: \"no MIG instances\": expected a machine whose GPUs are in MIG mode and divided");
    EXPECT_EQ(format_of("| NVIDIA-SMI 550.54.15   Driver Version: 550.54.15   CUDA Version: 12.4 |\n"),
              "m.txt: document: \"the overview that nvidia-smi prints without arguments\": expected what nvidia-smi "
              "topo -m, -L or mig -lgi prints");
    EXPECT_EQ(format_of("a shopping list\n"), "m.txt: document: \"a shopping list\": expected what nvidia-smi topo -m, "
                                              "topo -p2p, -L or mig -lgi, rocm-smi --showtopo "
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

// What shells, loggers, forges and spreadsheets put around each line, or do to the whole text, changes nothing.
TEST(describe_machine, reads_what_others_have_made_of_a_text) {
    const std::string sample_fabric = "LINK TYPE TABLE:\n             0000:05:00.0 0000:26:00.0\n0000:05:00.0 SELF     "
                                      "    XGMI\n0000:26:00.0 XGMI         SELF\n";
    const auto numbered = [](const std::string& text, const char* form, bool small) {
        std::string result;
        std::size_t number = 0;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = text.find('\n', begin);
            std::string prefix = form;
            if (const std::size_t at = prefix.find('#'); at != std::string::npos)
                prefix.replace(at, 1, std::to_string(++number));
            result.append(prefix).append(text, begin, end - begin).append("\n");
            begin = end + 1;
        }
        for (char& c : result)
            if (small && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        return result;
    };
    for (const std::string& text :
         {topo_matrix, sample_peers, sample_types, sample_list, sample_standing, sample_offered, sample_fabric}) {
        const auto whole = io::describe_machine("m.txt", text);
        ASSERT_TRUE(whole) << whole.error().message();
        for (const char* form : {"#\t", "   #  ", "#:", "topo.txt:#:", "node-7: ", "gpu0-1  | ", "> ", "> > ", "+",
                                 "- ", "// ", "[pod/worker-0/main] ", "[1,0]<stdout>:", "INFO:root:",
                                 "2026-01-02T03:04:05.123456789Z stdout F ", "Jan 02 03:04:05 node7 bash[12]: "}) {
            const auto machine = io::describe_machine("m.txt", numbered(text, form, false));
            ASSERT_TRUE(machine) << form << ": " << machine.error().message();
            EXPECT_EQ(machine->gpus, whole->gpus) << form << text;
            EXPECT_EQ(machine->links, whole->links) << form << text;
        }
        const auto small = io::describe_machine("m.txt", numbered(text, "", true));
        ASSERT_TRUE(small) << small.error().message();
        EXPECT_EQ(small->links, whole->links);
        EXPECT_EQ(small->gpus.size(), whole->gpus.size());
    }
}

// Prose around a listing mentions GPUs and AMD's links, too.
TEST(describe_machine, finds_a_listing_in_a_document) {
    EXPECT_EQ(format_of("| AMD XGMI | MI300X | 448.0 |\n\n" + topo_matrix), "nvidia-smi topo -m");
    EXPECT_EQ(format_of("The director runs on GPU0\n\n" + sample_list), "nvidia-smi -L");
}

TEST(describe_machine, reads_cells_that_commas_separate) {
    const auto matrix =
        io::describe_machine("m.csv", ",GPU0,GPU1,NIC0,CPU Affinity,NUMA Affinity\nGPU0,X,NV18,PIX,\"0-3,8-11\",0\n"
                                      "GPU1,NV18,X,SYS,4-7,12-15,1\nNIC0,PIX,SYS,X,,\n");
    ASSERT_TRUE(matrix) << matrix.error().message();
    EXPECT_EQ(matrix->links[0][1], "NV18");
    EXPECT_EQ(matrix->gpus[0].numa, 0);
    EXPECT_EQ(matrix->gpus[1].numa, 1);
    EXPECT_EQ(matrix->nics.at(0).to_gpus[1], "SYS");
    EXPECT_EQ(format_of("; GPU0; GPU1\nGPU0; X; OK\nGPU1; OK; X\n"), "nvidia-smi topo -p2p");
}

TEST(describe_machine, reads_what_a_container_has_logged) {
    const auto machine =
        io::describe_machine("m.log", "{\"log\":\"\\tGPU0\\tGPU1\\n\",\"stream\":\"stdout\",\"time\":\"t\"}\n{\"log\":"
                                      "\"GPU0\\t X \\tPIX\\n\",\"stream\":\"stdout\"}\n"
                                      "{\"log\":\"GPU1\\tPIX\\t X \\n\",\"stream\":\"stdout\"}\n");
    ASSERT_TRUE(machine) << machine.error().message();
    EXPECT_EQ(machine->links[1][0], "PIX");
    EXPECT_TRUE(machine->left_out.empty());
}
