// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/gpu_set.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using gpupack::gpu_set;

namespace {

std::vector<int> members(gpu_set set) {
    std::vector<int> all;
    for (int i = 0; i < 32; ++i)
        if (set.contains(i)) all.push_back(i);
    return all;
}

} // namespace

TEST(gpu_set, holds_what_a_set_of_indices_holds) {
    for_all([](std::uint32_t a, std::uint32_t b) {
        const gpu_set x = gpu_set::from_bits(a);
        const gpu_set y = gpu_set::from_bits(b);
        RC_ASSERT(static_cast<std::size_t>(x.size()) == members(x).size());
        RC_ASSERT(x.empty() == members(x).empty());
        if (!x.empty()) RC_ASSERT(x.lowest() == members(x).front());
        RC_ASSERT(((x | y).bits() == (a | b) && (x & y).bits() == (a & b)));
        std::vector<int> visited;
        for_each_gpu(x, [&](int i) { visited.push_back(i); });
        RC_ASSERT(visited == members(x));
    });
}

TEST(gpu_set, sets_of_one_size_order_as_their_sorted_indices_do) {
    for_all([](std::uint32_t a, std::uint32_t b) {
        const gpu_set x = gpu_set::from_bits(a);
        const gpu_set y = gpu_set::from_bits(b).lowest(x.size());
        if (y.size() != x.size()) return;
        RC_ASSERT((x < y) == (members(x) < members(y)));
        RC_ASSERT(!(x < x));
    });
    EXPECT_TRUE(gpu_set::from_bits(0b1001) < gpu_set::from_bits(0b0110)); // {0, 3} before {1, 2}
}

TEST(gpu_set, lowest_keeps_the_first_of_its_members) {
    for_all([](std::uint32_t a) {
        const int count = *rc::gen::inRange(0, 33);
        auto kept = members(gpu_set::from_bits(a));
        kept.resize(std::min(kept.size(), static_cast<std::size_t>(count)));
        RC_ASSERT(members(gpu_set::from_bits(a).lowest(count)) == kept);
    });
}

TEST(gpu_set, is_made_and_changed_by_index) {
    EXPECT_EQ(members(gpu_set::first(3)), (std::vector<int>{0, 1, 2}));
    EXPECT_EQ(gpu_set::first(32).size(), 32);
    EXPECT_EQ(gpu_set::first(0).size(), 0);
    gpu_set set = gpu_set::of(31);
    set.insert(4);
    set.erase(31);
    EXPECT_EQ(members(set), (std::vector<int>{4}));
}

TEST(gpu_set, visits_its_members_with_their_rank) {
    std::vector<int> visited;
    for_each_gpu_indexed(gpu_set::from_bits(0b1010010), [&](int nth, int i) {
        visited.insert(visited.end(), {nth, i});
    });
    EXPECT_EQ(visited, (std::vector<int>{0, 1, 1, 4, 2, 6}));
}
