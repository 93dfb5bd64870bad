// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/pod_option.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(hami_pod_option, compares_grants_by_all_that_they_are) {
    const dialect::hami_grant grant{2, 1000_MiB, 300_milli};
    EXPECT_EQ(grant, (dialect::hami_grant{2, 1000_MiB, 300_milli, -1}));
    EXPECT_FALSE(grant == (dialect::hami_grant{2, 1000_MiB, 300_milli, 0}));
    EXPECT_FALSE(grant == (dialect::hami_grant{1, 1000_MiB, 300_milli}));
    EXPECT_TRUE(dialect::hami_pod_option{}.bookings.empty());
}
