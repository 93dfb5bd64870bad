// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/architecture.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(architecture, is_ordered_by_age_and_has_a_name) {
    EXPECT_LT(architecture::turing, architecture::ampere);
    EXPECT_LT(architecture::ada, architecture::hopper);
    EXPECT_EQ(describe(architecture::hopper), "Hopper");
    EXPECT_EQ(describe(architecture::unknown), "");
}
