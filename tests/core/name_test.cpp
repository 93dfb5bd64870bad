// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/name.hpp>

#include <gtest/gtest.h>

#include <string>

using gpupack::name;

TEST(name, keeps_its_text_in_place_and_is_constexpr) {
    static constexpr name model{"A100-80GB"};
    static_assert(model == name{"A100-80GB"} && !model.empty());
    EXPECT_EQ(model.view(), "A100-80GB");
    EXPECT_TRUE(name{}.empty());
    EXPECT_EQ(name{std::string(31, 'x')}.view().size(), 31U);
}

TEST(name_death, too_long_is_a_programming_error) {
    EXPECT_FALSE(name::fits(std::string(64, 'x')));
    EXPECT_DEATH(name{std::string(64, 'x')}, "at most 63 characters");
    EXPECT_EQ(name{"NVIDIA-RTX-PRO-6000-Blackwell-Max-Q-Workstation-Edition"}.view().size(), 55U);
}
