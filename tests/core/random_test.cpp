// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/random.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

using gpupack::random_stream;

TEST(random_stream, is_the_same_for_ever) { // a replay's seed means these numbers
    random_stream random{42};
    EXPECT_EQ(random.next(), 13679457532755275413ULL);
    EXPECT_EQ(random.next(), 2949826092126892291ULL);
    EXPECT_EQ(random.below(1000), 278U);
}

TEST(random_stream, below_keeps_its_bound_and_takes_each_number_equally_often) {
    for_all([](std::uint64_t seed) {
        const auto bound = *rc::gen::inRange<std::uint64_t>(1, 1ULL << 32);
        random_stream random{seed};
        for (int i = 0; i < 20; ++i) RC_ASSERT(random.below(bound) < bound);
    });
    std::array<int, 7> counts{};
    random_stream random{7};
    for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
    for (const int count : counts) EXPECT_NEAR(count, 10000, 500); // over five standard deviations
}

TEST(random_stream, shuffle_permutes_and_gives_each_order_equally_often) {
    std::array<int, 6> counts{};
    random_stream random{1};
    for (int i = 0; i < 60000; ++i) {
        std::vector<int> three{0, 1, 2};
        gpupack::shuffle(three, random);
        ++counts[static_cast<std::size_t>(three[0]) * 2 + (three[1] > three[2] ? 1U : 0U)];
        std::sort(three.begin(), three.end());
        ASSERT_EQ(three, (std::vector<int>{0, 1, 2}));
    }
    for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}
