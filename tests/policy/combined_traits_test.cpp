// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/combined_traits.hpp>

#include <gtest/gtest.h>

#include <cstdint>

// What combinations keep of their parts is tested in policy_traits_test.cpp.
using flags = gpupack::policy::joined_cluster_flags<std::uint32_t, std::uint32_t>;

TEST(combined_traits, flags_of_two_parts_differ_where_either_does) {
    EXPECT_TRUE((flags{1, 2} == flags{1, 2}));
    EXPECT_FALSE((flags{1, 2} == flags{1, 3}));
    EXPECT_FALSE((flags{1, 2} == flags{0, 2}));
    EXPECT_TRUE(((flags{1, 2} ^ flags{3, 2}) == flags{2, 0}));
}
