// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/gpu_set_text.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <compare>
#include <set>
#include <unordered_set>

using namespace gpupack;

TEST(gpu_set_text, reads_back_any_set) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const auto gpus = gpu_set::from_bits(static_cast<std::uint32_t>(random.next() & random.next()));
        RC_ASSERT(gpu_set_from_text(to_text(gpus)).value() == gpus);
    });
    EXPECT_EQ(gpu_set_from_text("none").value(), gpu_set{});
    EXPECT_EQ(gpu_set_from_text("5,0-1").value(), gpu_set::from_bits(0b100011));
}

TEST(gpu_set_text, says_where_it_is_wrong) {
    const auto wrong = [](const char* text) { return gpu_set_from_text(text).error().message(); };
    EXPECT_EQ(wrong("0,2-5,x"), R"(GPUs, column 7: "x": expected a number from 0 to 31, or two and a dash: 2-5)");
    EXPECT_EQ(wrong("0,32"), R"(GPUs, column 3: "32": expected a number from 0 to 31, or two and a dash: 2-5)");
    EXPECT_EQ(wrong("5-2"), R"(GPUs, column 1: "5-2": expected a number from 0 to 31, or two and a dash: 2-5)");
    EXPECT_EQ(wrong(""), R"(GPUs, column 1: "": expected a number from 0 to 31, or two and a dash: 2-5)");
    EXPECT_EQ(wrong("1,none"), R"(GPUs, column 3: "none": expected a number from 0 to 31, or two and a dash: 2-5)");
}

TEST(gpu_set_text, sets_are_keys_in_one_order) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const auto a = gpu_set::from_bits(static_cast<std::uint32_t>(random.below(16)));
        const auto b = gpu_set::from_bits(static_cast<std::uint32_t>(random.below(16)));
        RC_ASSERT(std::is_lt(a <=> b) == (a < b));
        RC_ASSERT(std::is_eq(a <=> b) == (a == b));
    });
    EXPECT_EQ((std::unordered_set<gpu_set>{gpu_set::of(1), gpu_set::of(1), gpu_set::of(2)}.size()), 2U);
    EXPECT_EQ((std::set<gpu_set>{gpu_set::of(1), gpu_set::of(1), gpu_set::of(2)}.size()), 2U);
}
