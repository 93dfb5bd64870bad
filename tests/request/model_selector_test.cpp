// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/model_selector.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>

using namespace gpupack;

namespace {

std::string chosen(const model_selector& by) {
    model_table models;
    for (const gpu_model& model :
         {models::t4, models::v100_32gb, models::a10, models::a30, models::a100_80gb, models::g2})
        EXPECT_TRUE(models.add(model));
    const auto set = by.select(models);
    if (!set) return set.error().message();
    std::string text;
    for (std::uint8_t m = 0; m < models.size(); ++m)
        if (set->contains(model_id{m})) text.append(text.empty() ? "" : " ").append(models[model_id{m}].model.view());
    return text;
}

} // namespace

TEST(model_selector, chooses_by_what_a_model_is) {
    EXPECT_EQ(chosen({}), "T4 V100M32 A10 A30 A100-80GB G2");
    EXPECT_EQ(chosen({.memory_at_least = 24_GiB}), "V100M32 A30 A100-80GB");
    EXPECT_EQ(chosen({.memory_at_least = 24_GiB, .newer_than = architecture::turing}), "A30 A100-80GB");
    EXPECT_EQ(chosen({.memory_at_least = 24_GiB, .deny = {"V100M32"}}), "A30 A100-80GB");
    EXPECT_EQ(chosen({.mig = true, .allow = {"A30", "T4"}}), "A30");
    EXPECT_EQ(chosen({.allow = {"A30", "T4"}, .deny = {"A30"}}), "T4");
}

TEST(model_selector, refuses_names_that_are_not_there_and_choices_of_nothing) {
    EXPECT_EQ(chosen({.deny = {"V100"}}), "deny: \"V100\": expected one of T4, V100M32, A10, A30, A100-80GB, G2");
    EXPECT_EQ(chosen({.allow = {"t4"}}), "allow: \"t4\": expected one of T4, V100M32, A10, A30, A100-80GB, G2");
    EXPECT_EQ(chosen({.memory_at_least = 100_GiB}),
              "selector: \"\": expected a model among T4, V100M32, A10, A30, A100-80GB, G2");
}
