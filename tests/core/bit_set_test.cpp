// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/bit_set.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <set>
#include <type_traits>

namespace {

struct fruit {};
struct vegetable {};
using fruits = gpupack::basic_bit_set<fruit, std::uint64_t>;

std::set<int> members(fruits set) {
    std::set<int> all;
    for (int i = 0; i < fruits::max_size; ++i)
        if (set.contains(i)) all.insert(i);
    return all;
}

} // namespace

TEST(bit_set, is_a_set_of_64_numbers) {
    for_all([](std::uint64_t a, std::uint64_t b) {
        const fruits x = fruits::from_bits(a);
        const fruits y = fruits::from_bits(b);
        RC_ASSERT(static_cast<std::size_t>(x.size()) == members(x).size());
        if (!x.empty()) RC_ASSERT(x.lowest() == *members(x).begin());
        RC_ASSERT(((x | y).bits() == (a | b) && (x & y).bits() == (a & b) && (x - y).bits() == (a & ~b)));
        RC_ASSERT(x.contains(y) == ((x | y) == x));
        RC_ASSERT((x < y) == (!(x == y) && x.contains(((x | y) - (x & y)).lowest())));
        int visited = 0;
        gpupack::for_each_bit(a, [&](int i) { visited += x.contains(i) ? 1 : 0; });
        RC_ASSERT(visited == x.size());
    });
}

TEST(bit_set, any_holds_everything) {
    EXPECT_TRUE(fruits::any().is_any());
    EXPECT_EQ(fruits::any().size(), 64);
    EXPECT_FALSE(fruits::first(63).is_any());
    EXPECT_EQ(fruits::of(63).lowest(), 63);
}

TEST(bit_set, does_not_mix_with_a_set_of_other_things) {
    EXPECT_FALSE((std::is_convertible_v<gpupack::basic_bit_set<vegetable, std::uint64_t>, fruits>));
}
