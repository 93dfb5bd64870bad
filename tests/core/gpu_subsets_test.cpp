// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/gpu_subsets.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using gpupack::gpu_set;

TEST(gpu_subsets, are_given_lowest_first) {
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

TEST(gpu_subsets, are_searched_for_the_lowest_that_will_do) {
    const gpu_set all = gpu_set::from_bits(0b10110110);
    for (int count = 1; count <= 5; ++count)
        for (int sum = 0; sum < 24; ++sum) {
            gpu_set expected;
            const auto will_do = [&](gpu_set set) {
                int indices = 0;
                for_each_gpu(set, [&](int i) { indices += i; });
                return indices == sum;
            };
            for_each_subset(all, count, [&](gpu_set set) {
                if (expected.empty() && will_do(set)) expected = set;
            });
            EXPECT_EQ(lowest_subset(all, count, will_do), expected);
        }
}
