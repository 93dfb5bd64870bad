// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/device_policy.hpp>

#include <gtest/gtest.h>

using namespace gpupack;
using dialect::hami_device_policy_of;
using dialect::hami_ordered;

// Orders of HAMi's own unit tests (pkg/scheduler/policy/gpu_policy_test.go at 4707fb0): whether the first comes before.
TEST(hami_device_policy, orders_as_the_tests_of_hami_say) {
    const auto is_before = [](const char* policy, bool numa_bind, hami_ordered a, hami_ordered b) {
        return hami_device_policy_of(policy, numa_bind).comes_before(a, b);
    };
    EXPECT_TRUE(is_before("binpack", false, {10, 1, 10}, {20, 0, 20}));
    EXPECT_TRUE(is_before("binpack", false, {15, 0}, {15, 1}));
    EXPECT_FALSE(is_before("spread", false, {10, 0, 10}, {20, 0, 20}));
    EXPECT_TRUE(is_before("spread", false, {20, 1}, {10, 0}));
    EXPECT_TRUE(is_before("binpack", true, {5, 1}, {99, 0}));
    EXPECT_TRUE(is_before("binpack", true, {10, 0}, {20, 0}));
    EXPECT_TRUE(is_before("spread", true, {5, 0}, {99, 1}));
    EXPECT_TRUE(is_before("spread", true, {20, 0}, {10, 0}));
    EXPECT_TRUE(is_before("mutex", false, {0, 0, 2}, {0, 0, 0}));
    EXPECT_TRUE(is_before("mutex", false, {0, 0, 0}, {0, 1, 0}));
    EXPECT_TRUE(is_before("numa", false, {99, 0}, {5, 1}));
    EXPECT_FALSE(is_before("numa", false, {10, 0, 0, 3}, {20, 0, 0, 1}));
    EXPECT_TRUE(is_before("spread,numa", false, {15, 0}, {15, 1}));
    EXPECT_FALSE(is_before("numa,spread", false, {5, 1}, {99, 0}));
    EXPECT_TRUE(is_before("numa,spread", false, {20, 0}, {10, 0}));
    EXPECT_FALSE(is_before("mutex,spread", false, {10, 0, 5}, {20, 0, 0}));
    EXPECT_FALSE(is_before("binpack,numa", false, {10, 0, 0, 5}, {10, 0, 0, 2}));
    EXPECT_TRUE(is_before("binpack,spread", true, {99, 0}, {5, 1}));
    EXPECT_TRUE(is_before("spread,numa", true, {20, 0}, {10, 0}));
}

TEST(hami_device_policy, tells_filters_from_orders) {
    EXPECT_TRUE(hami_device_policy_of("mutex").mutex);
    EXPECT_TRUE(hami_device_policy_of("mutex").orders_by_use);
    EXPECT_FALSE(hami_device_policy_of("mutex,binpack").orders_by_use);
    EXPECT_TRUE(hami_device_policy_of("binpack , mutex").mutex);
    EXPECT_TRUE(hami_device_policy_of("numa,topology-aware").topology);
    EXPECT_FALSE(hami_device_policy_of("numa").topology);
    // Equal devices stay where they were, but in a chain.
    EXPECT_FALSE(hami_device_policy_of("binpack").comes_before({1, 0, 0, 2}, {1, 0, 0, 5}));
    EXPECT_TRUE(hami_device_policy_of("binpack,").comes_before({1, 0, 0, 2}, {1, 0, 0, 5}));
}

TEST(hami_device_policy, takes_what_it_does_not_know_for_spread) {
    for (const char* other : {"", "best", "topology-aware", " binpack"}) {
        auto read = hami_device_policy_of(other);
        read.topology = false;
        EXPECT_EQ(read, hami_device_policy_of("spread")) << other;
    }
    EXPECT_EQ(dialect::hami_device_policy{}, hami_device_policy_of("spread"));
}

TEST(hami_node_policy, is_binpack_but_for_spread) {
    EXPECT_EQ(dialect::hami_node_policy_of("spread"), policy::strategy::spread);
    for (const char* other : {"binpack", "", "spread,binpack", "best"})
        EXPECT_EQ(dialect::hami_node_policy_of(other), policy::strategy::binpack) << other;
}
