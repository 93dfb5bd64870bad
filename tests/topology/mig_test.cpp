// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/mig.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(mig_geometry, compares_by_what_it_shows) {
    const mig::profile one[] = {{"1g", 1, 1, 0b11, 2}};
    const mig::profile same[] = {{"1g", 1, 1, 0b11, 2}};
    const mig::profile other[] = {{"1g", 1, 1, 0b01, 2}};
    EXPECT_EQ((mig::geometry{one, 1, 2, 2}), (mig::geometry{same, 1, 2, 2}));
    EXPECT_FALSE((mig::geometry{one, 1, 2, 2} == mig::geometry{other, 1, 2, 2}));
    EXPECT_FALSE((mig::geometry{one, 1, 2, 2} == mig::geometry{one, 1, 2, 4}));
    EXPECT_TRUE(models::t4.mig.empty());
    EXPECT_EQ(models::h100_80gb.mig.count, 7);
}
