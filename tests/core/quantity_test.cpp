// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/quantity.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace {
struct apples {};
using amount = gpupack::quantity<apples>;
} // namespace

TEST(quantity, adds_and_compares_as_its_numbers_do) {
    for_all([](std::int32_t a, std::int32_t b) {
        const std::int64_t x = a;
        const std::int64_t y = b;
        RC_ASSERT((amount{x} + amount{y}).count() == x + y);
        RC_ASSERT((amount{x} - amount{y}).count() == x - y);
        RC_ASSERT((-amount{x}).count() == -x);
        RC_ASSERT(((amount{x} * 3).count() == 3 * x && 3 * amount{x} == amount{x} * 3));
        RC_ASSERT(((amount{x} < amount{y}) == (x < y) && (amount{x} <= amount{y}) == (x <= y)));
        RC_ASSERT(((amount{x} > amount{y}) == (x > y) && (amount{x} >= amount{y}) == (x >= y)));
        RC_ASSERT((amount{x} == amount{y}) == (x == y));
    });
}
