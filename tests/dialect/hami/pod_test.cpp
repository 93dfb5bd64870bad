// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/pod.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(hami_quota, holds_up_to_its_limits) {
    dialect::hami_quota quota{.memory = 1000, .memory_used = 400};
    EXPECT_TRUE(quota.holds(600, 1'000'000));
    EXPECT_FALSE(quota.holds(601, 0));
    quota.cores = 0; // none may be used
    EXPECT_TRUE(quota.holds(600, 0));
    EXPECT_FALSE(quota.holds(1, 1));
    EXPECT_TRUE(dialect::hami_quota{}.holds(1'000'000'000, 1'000'000'000));
}

TEST(hami_pod, is_placed_as_installed_by_default) {
    const dialect::hami_pod pod;
    EXPECT_EQ(pod.nodes, policy::strategy::binpack);
    EXPECT_EQ(pod.devices, dialect::hami_device_policy_of("spread"));
    EXPECT_FALSE(pod.quota || pod.mode || pod.miscounts_init);
}
