// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/value_span.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(value_span, joins_spans_in_any_order) {
    policy::value_span all;
    EXPECT_FALSE(all.any);
    all.offer(3);
    all.join({-5, -2, true});
    all.join({-90, 90, false});
    EXPECT_EQ(all.lowest, -5);
    EXPECT_EQ(all.highest, 3);
}
