// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/models_by_type.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

namespace {

using namespace gpupack;

TEST(models_by_type, a_type_is_a_part_of_the_name_in_any_case) {
    EXPECT_TRUE(dialect::is_of_type("t4", "NVIDIA-Tesla T4"));
    EXPECT_TRUE(dialect::is_of_type("V100,a100", "NVIDIA A100-SXM4-80GB"));
    EXPECT_FALSE(dialect::is_of_type("V100,H100", "NVIDIA A100-SXM4-80GB"));
    EXPECT_TRUE(dialect::is_of_type("V100,", "anything")) << "an empty type is in every name";
}

TEST(models_by_type, chooses_models_of_the_table) {
    model_table models;
    const model_id t4 = models.add(models::t4).value();
    const model_id a10 = models.add(models::a10).value();
    EXPECT_EQ(dialect::models_by_type(models, "t4"), model_set::of(t4));
    EXPECT_EQ(dialect::models_by_type(models, "", "T4"), model_set::of(a10));
    EXPECT_TRUE(dialect::models_by_type(models, "T4", "t4").empty());
    EXPECT_TRUE(dialect::models_by_type(models, "H100").empty());
}

} // namespace
