// SPDX-License-Identifier: Apache-2.0
#include <gpupack/presets.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace gpupack;

TEST(presets, have_names_of_their_own_and_a_line_each) {
    std::set<std::string_view> names;
    for (const policy::preset_row& row : policy::presets) {
        names.insert(row.name);
        EXPECT_GT(row.summary.size(), 20U) << row.name;
        EXPECT_TRUE(policy::make_preset(row.name, {})) << row.name;
    }
    EXPECT_EQ(names.size(), policy::presets.size());
    for (const char* asked_for :
         {"random", "first-fit", "worst-fit", "best-fit", "dot-product", "gpu-packing", "gpu-clustering", "fgd",
          "binpack", "spread", "mig-best-fit", "mig-fragmentation", "mig-options", "mig-scarcity"})
        EXPECT_EQ(names.count(asked_for), 1U) << asked_for;
}

TEST(presets, an_unknown_name_is_an_error_that_lists_the_known_ones) {
    const auto made = policy::make_preset("best", {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message(), "policy: \"best\": expected one of " + policy::preset_names());
}

TEST(presets, take_their_seed_and_their_typical_tasks) {
    EXPECT_EQ(std::get<policy::preset::random>(*policy::make_preset("random", {{}, 9})).node.seed, 9U);
    task_mix mix;
    mix.add({.cpu = 1_cores, .gpus = 1}, 95);
    mix.add({.cpu = 2_cores, .gpus = 1}, 5);
    EXPECT_TRUE(std::get<policy::fgd>(*policy::make_preset("fgd", {mix, 1})) == policy::fgd{mix.typical(95)});
    EXPECT_FALSE(std::get<policy::fgd>(*policy::make_preset("fgd", {mix, 1})) == policy::fgd{mix});
}
