// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/gpu_columns.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gpu_columns, split_texts) {
    EXPECT_TRUE(io::split_text("", '+').empty());
    EXPECT_EQ(io::split_text("a+b", '+'), (std::vector<std::string_view>{"a", "b"}));
}

TEST(gpu_columns, read_one_model_or_several) {
    EXPECT_EQ(io::read_models("T4", 8).value(), (std::vector<gpu_group>{{8, models::t4, {}}}));
    EXPECT_EQ(io::read_models("A10:4+T4:2", 6).value(),
              (std::vector<gpu_group>{{4, models::a10, {}}, {2, models::t4, {}}}));
    EXPECT_TRUE(io::read_models("", 0).value().empty());
    for (const char* wrong : {"", "A10:4+T4:2", "A10:0", "A10:2", "A10:x"})
        EXPECT_FALSE(io::read_models(wrong, 5).has_value()) << wrong;
}

TEST(gpu_columns, read_the_instances_that_stand_on_a_gpu) {
    const auto layout = io::read_mig_layout("3g.40gb@4+1g.10gb@0").value();
    ASSERT_EQ(layout.size(), 2U);
    EXPECT_EQ(layout[0], (mig::gpu_instance{"3g.40gb", 4}));
    EXPECT_TRUE(io::read_mig_layout("").value().empty());
    EXPECT_FALSE(io::read_mig_layout("3g.40gb").has_value());
    EXPECT_FALSE(io::read_mig_layout("3g.40gb@-1").has_value());
}

TEST(gpu_columns, read_vgpus_by_type_or_part) {
    model_table models;
    (void)models.add(models::t4).value();
    EXPECT_EQ(io::read_vgpu(models, "1/4").value(), vgpu_fraction(models, 4).value());
    EXPECT_EQ(io::read_vgpu(models, "T4-4Q").value(), vgpu_type(models, "T4-4Q").value());
    EXPECT_FALSE(io::read_vgpu(models, "1/x").has_value());
    EXPECT_FALSE(io::read_vgpu(models, "T4-5Q").has_value());
}
