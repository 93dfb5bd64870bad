// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/divisor.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

using gpupack::divisor;

TEST(divisor, divides_as_the_processor_does) {
    for_all([](std::uint64_t a, std::uint64_t b, std::uint8_t shift_a, std::uint8_t shift_b) {
        const auto dividend = static_cast<std::int64_t>(a >> 1 >> shift_a % 63);
        const auto number = static_cast<std::int64_t>((b >> 1 >> shift_b % 63) | 1);
        RC_ASSERT(divisor{number}.quotient(dividend) == dividend / number);
        RC_ASSERT(divisor{number + 1}.quotient(dividend) == dividend / (number + 1));
    });
}

TEST(divisor, at_the_borders) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t number : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{1000}, most})
        for (const std::int64_t dividend :
             {std::int64_t{0}, number - 1, number, most, most / number * number, most / number * number - 1})
            EXPECT_EQ(divisor{number}.quotient(dividend), dividend / number) << dividend << " / " << number;
    static_assert(divisor{7}.quotient(20) == 2);
}
