// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/product_names.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

TEST(product_names, mean_models) {
    const auto model = [](std::string_view product) {
        const auto found = model_of_product(product);
        return found ? std::string{found->model.view()} : "none";
    };
    EXPECT_EQ(model("NVIDIA A100-SXM4-80GB"), "A100-80GB");             // NVML
    EXPECT_EQ(model("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"), "A100-40GB");  // GPU Feature Discovery
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
    for (const auto& [name, known] : detail::products)
        EXPECT_EQ(model(name), known) << name;
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
