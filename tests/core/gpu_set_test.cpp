// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/gpu_set.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
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
        RC_ASSERT((x | y).bits() == (a | b) && (x & y).bits() == (a & b));
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

TEST(gpu_set, gives_its_subsets_lowest_first) {
    for_all([](std::uint32_t bits) {
        const gpu_set set = gpu_set::from_bits(bits & 0x3ff);
        for (int count = 0; count <= 10; ++count) {
            std::vector<gpu_set> met;
            for_each_subset(set, count, [&](gpu_set subset) { met.push_back(subset); });
            std::size_t expected = 0;
            for (std::uint32_t each = 0; each < 1024; ++each)
                expected += (each & ~set.bits()) == 0 && gpu_set::from_bits(each).size() == count ? 1 : 0;
            RC_ASSERT(met.size() == expected);
            for (std::size_t i = 1; i < met.size(); ++i) RC_ASSERT(met[i - 1] < met[i]);
            for (const gpu_set subset : met) RC_ASSERT((subset - set).empty());
        }
    });
}

TEST(gpu_set, finds_the_lowest_subset_that_will_do) {
    const gpu_set of = gpu_set::from_bits(0b10110110);
    for (int count = 1; count <= 5; ++count)
        for (int sum = 0; sum < 24; ++sum) {
            gpu_set expected;
            const auto will_do = [&](gpu_set set) {
                int indices = 0;
                for_each_gpu(set, [&](int i) { indices += i; });
                return indices == sum;
            };
            for_each_subset(of, count, [&](gpu_set set) {
                if (expected.empty() && will_do(set)) expected = set;
            });
            EXPECT_EQ(lowest_subset(of, count, will_do), expected);
        }
}
