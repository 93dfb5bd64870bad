// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/share_text.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(share_text, says_what_is_wrong) {
    model_table models;
    (void)models.add(models::a100_40gb);
    (void)models.add(models::a100_80gb);
    const auto wrong = [&](const char* text) { return share_from_text(text, models).error().message(); };
    EXPECT_EQ(
        wrong("slices:1GiB"),
        R"(share: "slices:1GiB": expected exclusive, slice:MEMORY,COMPUTE, split:MEMORY,COMPUTE, mig:PROFILE or vgpu:TYPE)");
    EXPECT_EQ(wrong("slice:306%"), R"(share: "306%": expected 512MiB, 33% or 250m)");
    EXPECT_EQ(wrong("split:250m"), R"(share: "split:250m": expected memory to split: split:512MiB)");
    EXPECT_EQ(share_from_text("mig:8g", models).error().value, "8g");
    EXPECT_EQ(share_from_text("mig:", models).error().value, "");
    EXPECT_EQ(share_from_text("slice:20GiB,250m", models).value(), (share{slice{20_GiB, 250_milli}}));
    EXPECT_EQ(share_from_text("split:12GiB,0.25,least=4GiB", models).value(),
              (share{split_slice{12_GiB, 250_milli, 4_GiB}}));
    EXPECT_EQ(share_from_text("mig:1g.10gb", models).value(), share{mig_profile(models, "1g.10gb").value()});
    EXPECT_EQ(to_text(share_from_text("mig:A100-40GB/1g.10gb", models).value(), models), "mig:A100-40GB/1g.10gb");
    EXPECT_EQ(to_text(share{mig_profile(models, "1g.10gb").value()}, models), "mig:1g.10gb");
    EXPECT_EQ(to_text(share_from_text("mig:mig-1g.10gb|3g.39gb", models).value(), models), "mig:1g.10gb|3g.40gb");
}
