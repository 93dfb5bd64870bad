// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/nos/mps_slices.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

namespace {

dialect::slice_counts any_counts(random_stream& random, std::uint64_t most) {
    dialect::slice_counts made;
    for (std::uint64_t n = random.below(4); n > 0; --n)
        made[static_cast<std::int64_t>(1 + random.below(12))] = static_cast<std::int64_t>(1 + random.below(most));
    return made;
}

std::int64_t count_of(const dialect::slice_counts& counts, std::int64_t size) {
    const auto found = counts.find(size);
    return found == counts.end() ? 0 : found->second;
}

std::int64_t memory_of(const dialect::slice_counts& slices) {
    std::int64_t sum = 0;
    for (const auto& [size, count] : slices) sum += size * count;
    return sum;
}

/// How many of the wanted slices are there.
std::int64_t served(const dialect::slice_counts& free, const dialect::slice_counts& lacking) {
    std::int64_t sum = 0;
    for (const auto& [size, count] : lacking) sum += std::min(count, count_of(free, size));
    return sum;
}

} // namespace

TEST(mps_slices, are_cut_from_spare_memory_and_then_from_what_is_not_wanted) {
    EXPECT_EQ(dialect::cut_for({mebibytes{40}, {}, {{20, 1}}}, {{10, 2}})->free,
              (dialect::slice_counts{{10, 2}, {20, 1}}));
    EXPECT_EQ(dialect::cut_for({mebibytes{40}, {}, {{20, 2}}}, {{10, 1}})->free, (dialect::slice_counts{{10, 1}}));
    EXPECT_EQ(dialect::cut_for({mebibytes{40}, {}, {{20, 1}, {5, 4}}}, {{15, 1}})->free,
              (dialect::slice_counts{{5, 4}, {15, 1}})); // the fives are kept, the twenty is not
    EXPECT_EQ(dialect::cut_for({mebibytes{40}, {}, {}}, {{5, 2}, {10, 2}, {20, 2}})->free,
              (dialect::slice_counts{{5, 2}, {10, 2}})); // smaller ones first
    EXPECT_EQ(dialect::cut_for({mebibytes{40}, {{20, 1}}, {{20, 1}}}, {{30, 1}})->free,
              (dialect::slice_counts{{20, 1}}));
}

TEST(mps_slices, never_lose_wanted_ones_nor_exceed_the_gpu) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        dialect::mps_slices now{mebibytes{0}, any_counts(random, 3), any_counts(random, 3)};
        const std::int64_t cut = memory_of(now.used) + memory_of(now.free);
        const auto spare = static_cast<std::int64_t>(random.below(30));
        now.memory = mebibytes{cut + spare};
        const dialect::slice_counts wanted = any_counts(random, 5);
        const dialect::mps_cut made = dialect::cut_for(now, wanted).value();
        RC_ASSERT(memory_of(made.free) + memory_of(now.used) <= now.memory.count());
        RC_ASSERT(served(made.free, wanted) >= served(now.free, wanted));
        RC_ASSERT(made.changed == (made.free != now.free));
        RC_ASSERT((!made.changed || served(made.free, wanted) > served(now.free, wanted)));
        const std::int64_t left = now.memory.count() - memory_of(now.used) - memory_of(made.free);
        for (const auto& [size, count] : wanted)
            RC_ASSERT((count_of(made.free, size) >= count || size > left)); // nothing wanted is refused while it fits
        for (const auto& [size, count] : now.free)
            if (wanted.count(size) == 0)
                RC_ASSERT((count_of(made.free, size) == 0 || count_of(made.free, size) == count)); // all or none
        RC_ASSERT(!dialect::cut_for({now.memory, now.used, made.free}, wanted)->changed); // nothing is left to gain
    });
}

TEST(mps_slices, must_be_possible) {
    const auto told = [](const dialect::mps_slices& now, const dialect::slice_counts& lacking) {
        return dialect::cut_for(now, lacking).error().message();
    };
    EXPECT_EQ(told({mebibytes{40}, {{20, 2}}, {{10, 1}}}, {}),
              R"(GPU memory: "40": expected no less than its slices have together)");
    const std::int64_t most = max_amount; // sums of these do not fit 64 bits
    EXPECT_EQ(told({mebibytes{40}, {{most, most}, {most - 1, most}, {most - 2, most}, {most - 3, most}}, {}}, {}),
              R"(GPU memory: "40": expected no less than its slices have together)");
    EXPECT_EQ(told({mebibytes{40}, {{0, 2}}, {}}, {}), R"(used slices: "0": expected a size from 1 to 2147483647 MiB)");
    EXPECT_EQ(told({mebibytes{40}, {}, {{5, -2}}}, {}), R"(free slices: "-2": expected 0 slices or more)");
    EXPECT_EQ(told({mebibytes{40}, {}, {}}, {{-3, 2}}),
              R"(wanted slices: "-3": expected a size from 1 to 2147483647 MiB)");
}
