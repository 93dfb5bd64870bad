// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/tenant_quota.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

// A tenant without bounds has none, and two of them still add up.
TEST(tenant_quota, has_no_bounds_unless_given) {
    const plan::tenant_quota tenant{.name = "vision", .nominal = {milli_gpu{1}, milli_cpu{2}, mebibytes{3}}};
    for (std::size_t r = 0; r < plan::quota_resources; ++r) {
        EXPECT_EQ(tenant.nominal[r], static_cast<std::int64_t>(r) + 1);
        for (const plan::quota_amounts& bound : {tenant.borrowing_limit, tenant.lending_limit, tenant.limit}) {
            EXPECT_EQ(bound[r], plan::quota_amounts::unlimited);
            EXPECT_GT(bound[r] + bound[r], bound[r]);
        }
    }
    EXPECT_EQ(plan::quota_resource_names[static_cast<std::size_t>(plan::quota_resource::memory)], "memory");
}
