// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/bits.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

TEST(bits, are_counted_and_found_one_by_one) {
    for_all([](std::uint32_t bits) {
        int count = 0;
        int lowest = -1;
        for (int i = 31; i >= 0; --i)
            if ((bits >> i & 1U) != 0) {
                ++count;
                lowest = i;
            }
        RC_ASSERT(gpupack::count_bits(bits) == count);
        if (bits != 0) RC_ASSERT(gpupack::lowest_bit(bits) == lowest);
    });
    EXPECT_EQ(gpupack::count_bits(0U), 0);
    EXPECT_EQ(gpupack::count_bits(0xffffffffU), 32);
}
