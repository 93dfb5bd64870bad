// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/profile_set.hpp>

#include <gtest/gtest.h>

using gpupack::profile_set;

TEST(profile_set, holds_what_was_put_in) {
    profile_set set;
    EXPECT_TRUE(set.empty());
    set.insert(63);
    EXPECT_EQ((set | profile_set::from_bits(1)).bits(), std::uint64_t{1} << 63 | 1);
    EXPECT_FALSE(set == profile_set{});
}
