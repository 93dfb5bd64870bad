// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/read_gpu_list.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

TEST(read_gpu_list, reads_gpus_and_mig_devices) {
    const auto machine = io::describe_gpu_list("L.txt", "$ nvidia-smi -L\n"
                                                        "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-11)\n"
                                                        "  MIG 3g.20gb     Device  0: (UUID: MIG-aa)\n"
                                                        "  MIG 1c.3g.20gb  Device  1: (UUID: MIG-GPU-11/5/0)\n"
                                                        "[host] GPU 1: Tesla T4 (UUID: GPU-22)\r\n");
    ASSERT_TRUE(machine.has_value()) << machine.error().message();
    ASSERT_EQ(machine->gpus.size(), 2U);
    EXPECT_EQ(machine->gpus[0].name, "NVIDIA A100-SXM4-40GB");
    EXPECT_EQ(machine->gpus[0].uuid, "GPU-11");
    ASSERT_EQ(machine->gpus[0].instances.size(), 2U);
    EXPECT_EQ(machine->gpus[0].instances[0].profile, "3g.20gb");
    EXPECT_EQ(machine->gpus[0].instances[1].id, "MIG-GPU-11/5/0");
    EXPECT_FALSE(machine->gpus[0].instances[0].start.has_value());
    EXPECT_EQ(machine->gpus[1].name, "Tesla T4");
}

TEST(read_gpu_list, reads_the_first_of_several_lists) {
    const std::string pasted_list = "GPU 0: Tesla T4 (UUID: GPU-1)\nGPU 1: Tesla T4 (UUID: GPU-2)\n";
    const auto machine = io::describe_gpu_list("L.txt", pasted_list + "$ nvidia-smi -L\n" + pasted_list);
    ASSERT_TRUE(machine) << machine.error().message();
    EXPECT_EQ(machine->gpus.size(), 2U);
    ASSERT_EQ(machine->left_out.size(), 1U);
    EXPECT_EQ(machine->left_out[0].line, 4U);
    // PyTorch's collect_env prints the names alone
    const auto named = io::describe_gpu_list(
        "L.txt", "GPU models and configuration: \nGPU 0: Tesla  T4\nGPU 1: Tesla T4\n\n" + pasted_list);
    ASSERT_TRUE(named) << named.error().message();
    EXPECT_EQ(named->gpus.size(), 2U);
    EXPECT_EQ(named->gpus[0].name, "Tesla T4");
    EXPECT_EQ(named->gpus[1].uuid, "GPU-2");
}

TEST(read_gpu_list, says_what_is_wrong) {
    const auto refusal = [](const std::string& text) {
        const auto machine = io::describe_gpu_list("L.txt", text);
        return machine ? std::string{"accepted"} : machine.error().message();
    };
    EXPECT_EQ(refusal("GPU 0: T4\n"),
              "L.txt: GPUs: \"\": expected lines such as GPU 0: NAME (UUID: ...), as nvidia-smi -L prints them");
    EXPECT_EQ(refusal("GPU 1: T4 (UUID: GPU-1)\n"), "L.txt:1: GPU: \"1\": expected GPU 0");
    EXPECT_EQ(refusal("  MIG 1g.5gb Device 0: (UUID: MIG-1)\nGPU 0: T4 (UUID: GPU-1)\n"),
              "L.txt:1: MIG device: \"1g.5gb\": expected the line of its GPU before it");
}
