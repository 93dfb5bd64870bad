// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/gang_plan.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gang_failure, says_what_is_wrong_or_whether_to_wait) {
    EXPECT_EQ(plan::gang_failure{}.message(), "no domain that is narrow enough has room for the whole gang now");
    EXPECT_EQ((plan::gang_failure{.feasible_when_empty = false}.message()),
              "no domain that is narrow enough has room for the whole gang, even when it is empty");
    EXPECT_EQ(
        (plan::gang_failure{.proven = false}.message()),
        "no domain that is narrow enough has room for the whole gang now; the search was cut short: there may be a "
        "way");
    plan::gang_failure detailed{.members = 8, .fitting = 6};
    detailed.part = 1;
    EXPECT_EQ(detailed.message(),
              "no domain that is narrow enough has room for the whole gang now; not one member of part "
              "1 fits any node now; 6 of 8 members would fit");
    plan::gang_failure refused{.members = 8, .fitting = 8};
    refused.refused_member = 3;
    EXPECT_EQ(refused.message(), "the caller refused member 3 of 8");
}
