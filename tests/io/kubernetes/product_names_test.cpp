// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/kubernetes/product_names.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

using namespace gpupack;

TEST(product_names, find_their_model_as_nvml_and_gfd_write_them) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"NVIDIA A100-SXM4-40GB", "A100-40GB"},     {"NVIDIA-A100-SXM4-80GB-SHARED", "A100-80GB"}, {"NVIDIA A100 80GB PCIe", "A100-PCIE-80GB"},
        {"NVIDIA-H100-80GB-HBM3", "H100-80GB"},     {"NVIDIA H100 PCIe", "H100-PCIE-80GB"},        {"NVIDIA H100 NVL", "H100-NVL"},
        {"NVIDIA H200", "H200"},                    {"Tesla V100-SXM2-32GB", "V100M32"},           {"Tesla V100-PCIE-16GB", "V100-PCIE-16GB"},
        {"Tesla T4", "T4"},                         {"NVIDIA L40S", "L40S"},                       {"NVIDIA L4", "L4"},
        {"NVIDIA A10", "A10"},                      {"NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "A100-40GB"}, {"NVIDIA GH200 480GB", "GH200-96GB"},
        {"NVIDIA RTX 6000 Ada Generation", "RTX-6000-Ada"}, {"NVIDIA B200", "B200"},               {"NVIDIA-NVIDIA A100-SXM4-40GB", "A100-40GB"},
        {"A100-40GB", "A100-40GB"}};
    for (const auto& [product, model] : cases) {
        const auto found = io::model_of_product(product);
        ASSERT_TRUE(found) << product;
        EXPECT_EQ(found->model.view(), model) << product;
    }
}

TEST(product_names, take_the_memory_where_the_name_leaves_it_open) {
    EXPECT_FALSE(io::model_of_product("NVIDIA A100-SXM4"));
    EXPECT_EQ(io::model_of_product("NVIDIA A100-SXM4", mebibytes{81920})->model.view(), "A100-80GB");
    EXPECT_FALSE(io::model_of_product("AMD Instinct MI300X"));
    EXPECT_FALSE(io::model_of_product("NVIDIA A1000")); // words are compared whole
}
