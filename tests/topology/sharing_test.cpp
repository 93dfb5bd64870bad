// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/sharing.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(sharing, hands_out_profiles_in_mig_and_vgpu_alone) {
    EXPECT_TRUE(in_profiles(sharing::mig) && in_profiles(sharing::vgpu));
    EXPECT_FALSE(in_profiles(sharing::idle) || in_profiles(sharing::exclusive) || in_profiles(sharing::slices));
}
