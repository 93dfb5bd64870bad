// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace {

struct outcome {
    int status = -1;
    std::string out;
    std::string err;
};

/// Runs gpupack-topo on a text that it reads from standard input.
outcome run_topo(const std::string& arguments, const std::string& input = {}) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("gpupack-topo-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream{folder / "in", std::ios::binary} << input;
    const std::string command = std::string{GPUPACK_TOPO_PROGRAM " "} + arguments + " < " + (folder / "in").string() +
                                " 2> " + (folder / "err").string();
    outcome result;
    std::FILE* const pipe = popen(command.c_str(), "r");
    std::array<char, 4096> block{};
    while (const std::size_t size = std::fread(block.data(), 1, block.size(), pipe))
        result.out.append(block.data(), size);
    result.status = WEXITSTATUS(pclose(pipe));
    std::ifstream err{folder / "err"};
    result.err.assign(std::istreambuf_iterator<char>{err}, {});
    std::filesystem::remove_all(folder);
    return result;
}

const std::string pasted_matrix_text =
    "\tGPU0\tGPU1\tNIC0\tNIC1\tCPU Affinity\tNUMA Affinity\n"
    "GPU0\t X \tNV4\tPIX\tSYS\t0-3\t0\n"
    "GPU1\tNV4\t X \tSYS\tPIX\t4-7\t1\n"
    "NIC0\tPIX\tSYS\t X \tSYS\n"
    "NIC1\tPIX\tPIX\tSYS\t X \n"
    "\nNIC Legend:\n\n  NIC0: mlx5_2\n\nGPU 0: NVIDIA A30 (UUID: GPU-1)\nGPU 1: NVIDIA A30 (UUID: GPU-2)\n";

} // namespace

TEST(topo_program, says_as_json_what_it_understood) {
    const outcome result = run_topo("--json - -", pasted_matrix_text);
    EXPECT_EQ(result.status, 0) << result.err;
    const auto json = nlohmann::json::parse(result.out);
    EXPECT_EQ(json["schema"], 1);
    EXPECT_EQ(json["format"], "nvidia-smi topo -m");
    EXPECT_EQ(json["gpus"][1]["index"], 1);
    EXPECT_EQ(json["gpus"][1]["name"], "NVIDIA A30");
    EXPECT_EQ(json["gpus"][1]["numa"], 1);
    EXPECT_TRUE(json["gpus"][1]["bus_id"].is_null());
    EXPECT_EQ(json["links"].dump(), R"([["X","NV4"],["NV4","X"]])");
    ASSERT_EQ(json["nics"].size(), 1U);
    EXPECT_EQ(json["nics"][0]["name"], "mlx5_2");
    EXPECT_EQ(json["nics"][0]["to_gpus"], (nlohmann::json{"PIX", "SYS"}));
    EXPECT_EQ(json["inferred"], (nlohmann::json{{0, 1}}));
    EXPECT_EQ(json["left_out"][0]["line"], 5);
    EXPECT_EQ(json["left_out"][0]["text"], "NIC1");
}

TEST(topo_program, says_in_tables_what_it_understood) {
    const outcome result = run_topo("-", pasted_matrix_text);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("\nGPU0    X     NV4\n"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("NIC1: its row and its column differ at GPU0"), std::string::npos) << result.out;
    for (std::size_t begin = 0; begin < result.out.size();) {
        const std::size_t end = result.out.find('\n', begin);
        EXPECT_LE(end - begin, 80U);
        begin = end + 1;
    }
}

TEST(topo_program, writes_what_gpupack_reads) {
    const outcome topology = run_topo("--topology - -", pasted_matrix_text);
    EXPECT_EQ(topology.status, 0) << topology.err;
    const outcome again = run_topo("--json - -", topology.out);
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(nlohmann::json::parse(again.out)["links"].dump(), R"([["X","NV4"],["NV4","X"]])");
}

TEST(topo_program, reads_texts_within_json_and_the_json_of_amd) {
    const outcome quoted = run_topo("--json - -", nlohmann::json{{"body", "x\n" + pasted_matrix_text}}.dump());
    EXPECT_EQ(quoted.status, 0) << quoted.err;
    EXPECT_EQ(nlohmann::json::parse(quoted.out)["links"].dump(), R"([["X","NV4"],["NV4","X"]])");
    const outcome amd = run_topo("--json - -", R"([{"gpu":0,"link_type":{"gpu_0":"SELF","gpu_1":"XGMI"}},)"
                                               R"({"gpu":1,"link_type":{"gpu_0":"XGMI","gpu_1":"SELF"}}])");
    EXPECT_EQ(amd.status, 0) << amd.err;
    EXPECT_EQ(nlohmann::json::parse(amd.out)["format"], "amd-smi topology --json");
}

TEST(topo_program, reads_xml_and_html_that_something_is_around) {
    const std::string system =
        "<system version=\"1\">\n <cpu numaid=\"0\">\n"
        "  <pci busid=\"0000:0a:00.0\" class=\"0x030200\"><gpu dev=\"0\"/></pci>\n </cpu>\n</system>";
    for (const std::string& text :
         {"```xml\n" + system + "\n```\n", "NCCL INFO dump:\n<?xml version=\"1.0\"?>\n" + system,
          "$ cat topo.xml\n" + system + "\n$\n"}) {
        const outcome result = run_topo("--json - -", text);
        ASSERT_EQ(result.status, 0) << result.err;
        EXPECT_EQ(nlohmann::json::parse(result.out)["gpus"][0]["bus_id"], "0000:0a:00.0");
    }
    const outcome table = run_topo("--json - -", "<table><tr><th></th><th>GPU0</th>\n<th>GPU1</th></tr>\n"
                                                 "<tr><td>GPU0</td><td> X </td><td>NV4</td></tr><tr>\n<td>GPU1</td>\n"
                                                 "<td>NV4</td>\n<td> X </td>\n</tr></table>\n");
    ASSERT_EQ(table.status, 0) << table.err;
    EXPECT_EQ(nlohmann::json::parse(table.out)["links"].dump(), R"([["X","NV4"],["NV4","X"]])");
}

TEST(topo_program, refuses_in_one_line) {
    const auto refused = [](const std::string& arguments, const std::string& input) {
        const outcome result = run_topo(arguments, input);
        EXPECT_EQ(result.status, 2);
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
        return result.err;
    };
    EXPECT_EQ(refused("-", ""), "gpupack-topo: standard input: document: \"\": expected a text that is not empty\n");
    EXPECT_EQ(refused("--json - -", "\tGPU0\tGPU1\nGPU0\t X \tNV1\nGPU1\tSYS\t X \n"),
              "gpupack-topo: standard input:3: GPU1 to GPU0: \"SYS\": expected the same as from GPU0 to GPU1, NV1\n");
    EXPECT_EQ(refused("--jsn -", ""),
              "gpupack-topo: argument: \"--jsn\": expected a flag that --help lists, did you mean --json?\n");
    EXPECT_EQ(refused("", ""), "gpupack-topo: FILE: \"\": expected a file, or - for standard input\n");
    EXPECT_EQ(refused("/no/such/file", ""),
              "gpupack-topo: file: \"/no/such/file\": expected a file that can be read\n");
    EXPECT_NE(refused("-", "<?xml version=\"1.0\"?>\n<topology version=\"4.0\"></topology>\n").find("version: \"4.0\""),
              std::string::npos);
}

TEST(topo_program, helps_within_80_columns) {
    const outcome result = run_topo("--help");
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("Examples:"), std::string::npos);
    for (std::size_t begin = 0; begin < result.out.size();) {
        const std::size_t end = result.out.find('\n', begin);
        EXPECT_LE(end - begin, 80U) << result.out.substr(begin, end - begin);
        begin = end + 1;
    }
}

// Every real file: read, or refused in one line that names the cause.
TEST(topo_program, reads_or_refuses_real_files) {
    const std::filesystem::path folder = GPUPACK_DATA_DIR "/../cases/files";
    if (!std::filesystem::exists(folder / "topo")) GTEST_SKIP() << "the real files are not there: " << folder;
    for (const auto& [file, cause] : {std::pair{"topo/paste_09.txt", "GPU2 to GPU0"}}) {
        const outcome result = run_topo((folder / file).string());
        EXPECT_EQ(result.status, 2) << file;
        EXPECT_NE(result.err.find(cause), std::string::npos) << result.err;
    }
    for (const auto& [file, gpus] : {std::pair{"hwloc/mpibind-eas-tioga.xml", 8},
                                     {"hwloc/mpibind-g4dnmetal.xml", 8},
                                     {"hwloc/hwloc-nvidia-dgx-gb10.xml", 0},
                                     {"hwloc/v2-16intel64-manyVFs.xml", 0},
                                     {"hwloc/v2-nvidiaDGX2.xml", 16},
                                     {"mig/L.txt", 1},
                                     {"mig/lgi.txt", 1},
                                     {"rocm/showtopo_01.txt", 8},
                                     {"rocm/showtopo_02.txt", 8},
                                     {"rocm/showtopo_03.txt", 1},
                                     {"nccl/azhpc-ndv4-topo.xml", 8}}) {
        const outcome result = run_topo("--json - " + (folder / file).string());
        EXPECT_EQ(result.status, 0) << file << ": " << result.err;
        const auto json = nlohmann::json::parse(result.out);
        EXPECT_EQ(json["gpus"].size(), static_cast<std::size_t>(gpus)) << file;
        for (const auto& nic : json["nics"]) EXPECT_NE(nic["name"], "") << file;
        const bool dgx_2 = std::string_view{file}.find("DGX2") != std::string_view::npos;
        if (dgx_2) {
            for (const auto& row : json["links"])
                for (const auto& word : row) EXPECT_TRUE(word == "X" || word == "NV6") << word;
        }
    }
}
