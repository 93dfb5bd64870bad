// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/label_set.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(label_set, holds_and_contains) {
    label_set a;
    EXPECT_TRUE(a.empty());
    a.insert(0);
    a.insert(63);
    label_set b;
    b.insert(63);
    EXPECT_TRUE(a.contains(b));
    EXPECT_FALSE(b.contains(a));
    EXPECT_TRUE(b.contains(label_set{}));
    EXPECT_EQ(a & b, b);
    EXPECT_EQ(a | b, a);
}
