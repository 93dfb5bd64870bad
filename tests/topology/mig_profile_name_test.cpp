// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/mig_profile_name.hpp>

#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace gpupack;

TEST(mig_profile_name, is_the_drivers_whoever_wrote_it) {
    for (const char* const text :
         {"1g.10gb+me", "1g.10gb.me", "mig-1g.10gb.me", "nvidia.com/mig-1g.10gb.me", "MIG 1g.10gb+me", "1G.10GB+ME"})
        EXPECT_EQ(mig_profile_name(text), "1g.10gb+me") << text;
    EXPECT_EQ(mig_profile_name("1g.24gb.me.all"), "1g.24gb+me.all");
    EXPECT_EQ(mig_profile_name("1g.24gb-me"), "1g.24gb-me");
    EXPECT_EQ(mig_profile_name(""), "");
    EXPECT_EQ(mig_profile_name("gb"), "gb");
}

TEST(mig_profile_name, is_found_by_its_own_form_before_a_rounded_one) {
    const auto found = [](std::string_view text, const std::vector<std::string_view>& names) {
        const auto at = find_mig_profile(text, static_cast<int>(names.size()),
                                         [&](int p) { return names[static_cast<std::size_t>(p)]; });
        return at ? std::string{names[static_cast<std::size_t>(*at)]} : std::string{"none"};
    };
    EXPECT_EQ(found("3g.39gb", {"1g.10gb", "3g.40gb", "7g.80gb"}), "3g.40gb");
    EXPECT_EQ(found("3g.41gb", {"3g.40gb"}), "3g.40gb");
    EXPECT_EQ(found("3g.37gb", {"3g.40gb"}), "none");            // more than a twentieth
    EXPECT_EQ(found("3g.39gb", {"3g.38gb", "3g.40gb"}), "none"); // which?
    EXPECT_EQ(found("3g.40gb", {"3g.39gb", "3g.40gb"}), "3g.40gb");
    EXPECT_EQ(found("3g.40gb", {"3g.40gb", "3g.39gb"}), "3g.40gb");
    EXPECT_EQ(found("3g.39gb", {"3g.40gb+me"}), "none");
    EXPECT_EQ(found("3g", {"3g.40gb"}), "none");
    EXPECT_EQ(found("CPX", {"SPX", "CPX"}), "CPX"); // AMD's are as they stand
    EXPECT_EQ(found("", {}), "none");
}

// Instances that stand, as the driver of the machine writes them.
TEST(mig_profile_name, may_be_another_drivers_for_standing_instances) {
    const partition_table table = mig::make_table(models::a100_80gb.mig);
    const auto fixed = mig::fixed_table(table, {{"3g.39gb", 0}, {"1g.10gb.me", 4}});
    ASSERT_TRUE(fixed) << fixed.error().message();
    EXPECT_EQ(*fixed, *mig::fixed_table(table, {{"3g.40gb", 0}, {"1g.10gb+me", 4}}));
    EXPECT_FALSE(mig::fixed_table(table, {{"3g.20gb", 0}}));
}
