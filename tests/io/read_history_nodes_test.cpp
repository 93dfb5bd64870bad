// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_history_nodes.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace gpupack::io;

namespace {

std::vector<history_node> read_nodes(std::string_view content) {
    const auto history = parse_history_nodes("n", content);
    EXPECT_TRUE(history) << history.error().message();
    return history ? history->records : std::vector<history_node>{};
}

std::string node_error(std::string_view content) {
    const auto history = parse_history_nodes("n", content);
    return history ? "" : history.error().message();
}

constexpr std::int64_t unlimited = 2147483647;

} // namespace

TEST(read_history_nodes, tables_of_public_traces) {
    EXPECT_EQ(read_nodes("sn,cpu_milli,memory_mib,gpu,model\na,64000.0,1024,8,A100\nb,1000,1,0,\n"),
              (std::vector<history_node>{{"a", 64000, 1024, 8, "A100"}, {"b", 1000, 1, 0, ""}}));
    EXPECT_EQ(read_nodes("node_name,gpu_model,gpu_capacity_num,cpu_num\n0,A10,4,192\n"),
              (std::vector<history_node>{{"0", 192'000, unlimited, 4, "A10"}}));
    EXPECT_EQ(read_nodes("machine,gpu_type,cap_cpu,cap_mem,cap_gpu\nm,MISC,96,512,2\n"),
              (std::vector<history_node>{{"m", 96'000, 524'288, 2, "MISC"}}));
    EXPECT_EQ(read_nodes("machineId,number of GPUs, single GPU mem\nm31,8, 24GB\n"),
              (std::vector<history_node>{{"m31", unlimited, unlimited, 8, "24GB"}}));
}

TEST(read_history_nodes, sinfo_in_its_forms) {
    EXPECT_EQ(
        read_nodes("HOSTNAMES GRES\nn01 gpu:v100:2(S:0-1)\nn01 gpu:v100:2(S:0-1)\nn02 (null)\n"),
        (std::vector<history_node>{{"n01", unlimited, unlimited, 2, "v100"}, {"n02", unlimited, unlimited, 0, ""}}));
    EXPECT_EQ(read_nodes("NODELIST            CPUS   MEMORY   GRES\ncpn-f13-[03-04]   32+    128000+  gpu:2\n"),
              (std::vector<history_node>{{"cpn-f13-03", 32'000, 128'000, 2, "GPU"},
                                         {"cpn-f13-04", 32'000, 128'000, 2, "GPU"}}));
    EXPECT_EQ(read_nodes("HOSTNAMES|CPUS|MEMORY|GRES\nx|64|515000|gpu:a100:4,mps:400\n"),
              (std::vector<history_node>{{"x", 64'000, 515'000, 4, "a100"}}));
}

TEST(read_history_nodes, scontrol_in_paragraphs_and_lines) {
    const std::vector<history_node> expected{{"g1", 64'000, 515'000, 4, "a100"}, {"c1", 32'000, 128'000, 0, ""}};
    EXPECT_EQ(
        read_nodes("NodeName=g1 Arch=x86_64 CoresPerSocket=16\n   CPUAlloc=0 CPUTot=64 CPULoad=0.5\n   "
                   "Gres=gpu:a100:4(S:0-1)\n   RealMemory=515000 AllocMem=0\n   "
                   "CfgTRES=cpu=64,mem=515000M,billing=64,gres/gpu=4\n\nNodeName=c1 CPUTot=32\n   Gres=(null)\n   "
                   "RealMemory=128000\n"),
        expected);
    EXPECT_EQ(read_nodes("NodeName=g1 CPUTot=64 RealMemory=515000 Gres=gpu:a100:4\nNodeName=c1 CPUTot=32 "
                         "RealMemory=128000 Gres=(null)\n"),
              expected);
}

TEST(read_history_nodes, several_models_and_what_stands_before) {
    const std::vector<history_node> expected{{"g1", 64'000, 515'000, 6, "a100:2+t4:4"}};
    EXPECT_EQ(
        read_nodes("$ scontrol show node\nNodeName=g1 CPUTot=64\n   Gres=gpu:a100:2(S:0),gpu:t4:4(S:1),mps:400\n   "
                   "RealMemory=515000\n   Reason=NodeName=x is broken\n"),
        expected);
    EXPECT_EQ(read_nodes("HOSTNAMES CPUS MEMORY GRES\ng1 64 515000 gpu:a100:2(S:0),gpu:t4:4(S:1)\n"), expected);
    EXPECT_EQ(read_nodes("NodeName=g1 CPUTot=64 RealMemory=515000 Gres=(null) "
                         "CfgTRES=cpu=64,gres/gpu=6,gres/gpu:a100=2,gres/gpu:t4=4\n"),
              expected);
    EXPECT_EQ(read_nodes("NodeName=g1 CPUTot=1 RealMemory=1 Gres=gpu:a100:no_consume:4,gpu:a100:2\n"),
              (std::vector<history_node>{{"g1", 1'000, 1, 6, "a100"}}));
    EXPECT_EQ(read_nodes("SN,Cpu Milli,Memory MiB,GPU,Model\na,64000,1024,8,A100\n"),
              (std::vector<history_node>{{"a", 64000, 1024, 8, "A100"}}));
}

TEST(read_history_nodes, kubernetes_nodes_that_share_gpus_and_do_not_say_all) {
    EXPECT_EQ(
        read_nodes(
            R"({"items": [{"metadata": {"name": "a", "labels": {"nvidia.com/gpu.product": "NVIDIA-A10G-SHARED", "nvidia.com/gpu.count": "1", "nvidia.com/gpu.replicas": "4"}}, "status": {"allocatable": {"cpu": "8", "nvidia.com/gpu": "4"}}}, {"kind": "Node", "metadata": {"name": "b"}, "status": {}}]})"),
        (std::vector<history_node>{{"a", 8'000, 0, 1, "NVIDIA-A10G"}}));
    EXPECT_NE(node_error(R"({"kind": "Node", "status": {"capacity": {"cpu": "8"}}})"), "");
}

TEST(read_history_nodes, kubernetes_nodes_whose_gpus_are_shared) {
    EXPECT_EQ(
        read_nodes(
            R"({"items": [{"kind": "Node", "metadata": {"name": "g"}, "status": {"allocatable": {"cpu": "8", "aliyun.com/gpu-count": "2", "aliyun.com/gpu-mem": "30"}}},
            {"kind": "Node", "metadata": {"name": "h", "annotations": {"hami.io/node-nvidia-register": "GPU-a,10,16384,100,NVIDIA-Tesla T4,0,true:GPU-b,10,16384,100,NVIDIA-Tesla T4,0,true:"}}, "status": {"allocatable": {"cpu": "8", "nvidia.com/gpu": "20"}}}]})"),
        (std::vector<history_node>{{"g", 8'000, 0, 2, "GPU", 15'360}, {"h", 8'000, 0, 2, "NVIDIA-Tesla T4", 16'384}}));
}

TEST(read_history_nodes, kubernetes) {
    EXPECT_EQ(
        read_nodes(
            R"({"items": [{"kind": "Node", "metadata": {"name": "a", "labels": {"nvidia.com/gpu.product": "NVIDIA-A10"}}, "status": {"capacity": {"cpu": "9"}, "allocatable": {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": "2"}}}, {"kind": "Node", "metadata": {"name": "b"}, "spec": {"unschedulable": true}}]})"),
        (std::vector<history_node>{{"a", 8'000, 65'536, 2, "NVIDIA-A10"}}));
}

TEST(read_history_nodes, refuses_in_one_line) {
    EXPECT_EQ(node_error("HOSTNAMES GRES\nn01 gpu:99\n"),
              "n:2: gres: \"gpu:99\": expected generic resources such as gpu:a100:4, of at most 32 GPUs");
    EXPECT_NE(node_error("sn,cpu_milli,memory_mib,gpu,model\na,1,1,0,\na,1,1,0,\n"), "");
    EXPECT_NE(node_error("sn,cpu_milli,memory_mib,gpu,model\n,1,1,0,\n"), "");
    EXPECT_NE(node_error("sn,cpu_milli,memory_mib,gpu,model\n"), "");
    EXPECT_NE(node_error("a,b\n1,2\n"), "");
    EXPECT_NE(node_error("HOSTNAMES GRES\nn[1-99999999] gpu:1\n"), "");
    EXPECT_NE(node_error(""), "");
}

RC_GTEST_PROP(read_history_nodes, damaged_text_is_read_or_refused, ()) {
    static const std::vector<std::string> samples{
        "NODELIST CPUS MEMORY GRES\nn[03-04] 32+ 128000 gpu:a:2(S:0)\n",
        "NodeName=g1 CPUTot=64 RealMemory=515000 Gres=gpu:a100:4 CfgTRES=cpu=64,gres/gpu=4\n",
        "sn,cpu_milli,memory_mib,gpu,model\na,64000,1024,8,A100\n"};
    std::string text = *rc::gen::elementOf(samples);
    for (int i = 0; i < 3; ++i) text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
    const auto nodes = parse_history_nodes("n", text);
    if (nodes)
        for (const history_node& each : nodes->records) RC_ASSERT((each.gpus >= 0 && each.gpus <= 32));
}
