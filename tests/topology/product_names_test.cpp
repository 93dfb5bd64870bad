// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/product_names.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace gpupack;

TEST(product_names, mean_models) {
    const auto model = [](std::string_view product) {
        const auto found = model_of_product(product);
        return found ? std::string{found->model.view()} : "none";
    };
    EXPECT_EQ(model("NVIDIA A100-SXM4-80GB"), "A100-80GB");            // NVML
    EXPECT_EQ(model("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"), "A100-40GB"); // GPU Feature Discovery
    EXPECT_EQ(model("NVIDIA-A10G-SHARED"), "A10G");
    EXPECT_EQ(model("Tesla V100-SXM2-16GB"), "V100M16");
    EXPECT_EQ(model("NVIDIA H100 80GB HBM3"), "H100-80GB");
    EXPECT_EQ(model("NVIDIA GeForce RTX 4090"), "RTX-4090");
    EXPECT_EQ(model("nvidia-tesla-t4"), "T4"); // Google
    EXPECT_EQ(model("nvidia-h100-80gb"), "H100-80GB");
    EXPECT_EQ(model("AMD Instinct MI300X OAM"), "MI300X");
    EXPECT_EQ(model("AMD_Instinct_MI300X_OAM"), "MI300X"); // AMD's node labeller
    EXPECT_EQ(model("Radeon RX 7900"), "none");
    for (const gpu_model& each : models::all) EXPECT_EQ(model(each.model.view()), each.model.view());
    for (const detail::product_rule& rule : detail::product_rules) EXPECT_EQ(model(rule.words), rule.model);
}

TEST(product_names, of_drivers_labels_and_clouds_are_known) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"NVIDIA A100-SXM4-40GB", "A100-40GB"},
        {"NVIDIA-A100-SXM4-80GB-SHARED", "A100-80GB"},
        {"NVIDIA A100 80GB PCIe", "A100-PCIE-80GB"},
        {"NVIDIA-H100-80GB-HBM3", "H100-80GB"},
        {"NVIDIA H100 PCIe", "H100-PCIE-80GB"},
        {"NVIDIA H100 NVL", "H100-NVL"},
        {"NVIDIA H200", "H200"},
        {"Tesla V100-SXM2-32GB", "V100M32"},
        {"Tesla V100-PCIE-16GB", "V100-PCIE-16GB"},
        {"Tesla T4", "T4"},
        {"NVIDIA L40S", "L40S"},
        {"NVIDIA L4", "L4"},
        {"NVIDIA A10", "A10"},
        {"NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "A100-40GB"},
        {"NVIDIA GH200 480GB", "GH200-96GB"},
        {"NVIDIA RTX 6000 Ada Generation", "RTX-6000-Ada"},
        {"NVIDIA B200", "B200"},
        {"NVIDIA-NVIDIA A100-SXM4-40GB", "A100-40GB"},
        {"p100-pcie-16gb", "P100"},
        {"v100-sxm3-32gb-h", "V100M32"},
        {"v100", "V100M16"},
        {"v100s-pcie-32gb", "V100S-32GB"},
        {"a100-sxm-40gb", "A100-40GB"},
        {"a100-40gb-pcie", "A100-40GB"},
        {"a100", "A100-40GB"},
        {"a800-sxm4-80gb", "A800-80GB"},
        {"h100-mega-80gb", "H100-80GB"},
        {"h100-sxm5-94gb", "H100-94GB"},
        {"h100-64gb-hbm3", "H100-64GB"},
        {"NVIDIA H800", "H800-80GB"},
        {"NVIDIA H20-3e", "H20-141GB"},
        {"h200-141gb-hbm3e", "H200"},
        {"gh200-144g-hbm3e", "GH200-144GB"},
        {"NVIDIA GB200", "GB200-186GB"},
        {"b300-sxm6-ac", "B300"},
        {"rtx-pro-6000-blackwell-server-edition", "RTX-PRO-6000"},
        {"rtx-pro-4500-blackwell", "RTX-PRO-4500"},
        {"rtx-4090-d", "RTX-4090"},
        {"l4-vws", "L4"},
        {"mi250x/mi250", "MI250X"},
        {"mi300x-vf", "MI300X"},
        {"Aqua Vanjaram [Instinct MI300A]", "MI300A"},
        {"amd-mi325x-platform", "MI325X"},
        {"a10g-tensor-core", "A10G"},
        {"b200-180gb", "B200"}};
    for (const auto& [product, model] : cases) {
        const auto found = model_of_product(product);
        ASSERT_TRUE(found) << product;
        EXPECT_EQ(found->model.view(), model) << product;
    }
    for (const char* const other :
         {"", "NVIDIA", "NVIDIA A1000", "NVIDIA GeForce RTX 4090 Laptop GPU", "GRID A100-40C", "NVIDIA A100-SXM4"})
        EXPECT_FALSE(model_of_product(other)) << other;
}

TEST(product_names, leave_sizes_to_the_memory) {
    const auto model = [](std::string_view product, std::int64_t memory) {
        const auto found = model_of_product(product, mebibytes{memory});
        return found ? std::string{found->model.view()} : "none";
    };
    EXPECT_EQ(model("NVIDIA A100-SXM4", 81920), "A100-80GB");
    EXPECT_EQ(model("NVIDIA A100", 81920), "A100-80GB");
    EXPECT_EQ(model("NVIDIA A100-SXM4", 24576), "none");
    EXPECT_EQ(model("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", 4864), "A100-40GB"); // that of the slice
    EXPECT_EQ(model("NVIDIA GB200", models::named("GB200-189GB").memory.count()), "GB200-189GB");
    EXPECT_EQ(model("NVIDIA GB200", models::named("GB200-186GB").memory.count()), "GB200-186GB");
    for (const detail::product_rule& rule : detail::product_rules)
        EXPECT_EQ(model(rule.words, models::named(rule.model).memory.count()), rule.model);
}

TEST(product_names, of_profiles_are_known_in_all_their_forms) {
    const auto profile = [](const gpu_model& model, std::string_view name) {
        const mig::profile* const found = profile_of_name(model.mig, name);
        return found == nullptr ? std::string{"none"} : std::string{found->name.view()};
    };
    EXPECT_EQ(profile(models::a100_80gb, "3g.39gb"), "3g.40gb"); // older drivers
    EXPECT_EQ(profile(models::a100_80gb, "1g.10gb.me"), "1g.10gb+me");
    EXPECT_EQ(profile(models::a100_80gb, "mig-1g.10gb"), "1g.10gb");
    EXPECT_EQ(profile(models::a100_80gb, "1g.5gb"), "none");
    EXPECT_EQ(profile(models::a100_80gb, "3g.20gb"), "none");
    EXPECT_EQ(profile(models::a100_80gb, ""), "none");
    for (const gpu_model& model : models::all)
        for (int p = 0; p < model.mig.count; ++p) {
            const std::string name{model.mig.profiles[p].name.view()};
            EXPECT_EQ(profile(model, name), name);
        }
}
