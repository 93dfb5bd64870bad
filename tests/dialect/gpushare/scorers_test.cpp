// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/gpushare/scorers.hpp>

#include <gpupack/policy/rank.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

request memory_of(std::int64_t gibi) {
    return {.gpus = 1, .share = slice{mebibytes{gibi * 1024}}};
}

} // namespace

TEST(gpushare, takes_the_gpu_with_least_memory_that_will_do) {
    cluster on = a100s(4);
    (void)on.take(node_id{0}, gpu_set::of(1), memory_of(10));
    (void)on.take(node_id{0}, gpu_set::of(2), memory_of(30));
    (void)on.take(node_id{0}, gpu_set::of(3), memory_of(30));
    const auto pick = [&](std::int64_t gibi) {
        return policy::select_gpus(dialect::gpushare{}, on[node_id{0}], memory_of(gibi)).gpus;
    };
    EXPECT_EQ(pick(5), gpu_set::of(2)); // the lower of two equals
    EXPECT_EQ(pick(20), gpu_set::of(1));
    EXPECT_EQ(pick(35), gpu_set::of(0));
}

TEST(gpushare, never_places_on_a_gpu_with_more_used_than_there_is) { // no unsigned wrap-around where used > total
    scheduler by{a100s(1), dialect::gpushare{}};
    ASSERT_TRUE(by.place(memory_of(39)));
    EXPECT_FALSE(by.place(memory_of(2)));
    EXPECT_FALSE(by.place({.gpus = 1}));
}
