// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/amount_text.hpp>

#include "support/for_all.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(amount_text, reads_back_what_was_written) {
    for_all([](std::uint32_t bits, std::int32_t amount) {
        const std::int64_t count = amount < 0 ? -(std::int64_t{amount} + 1) : amount;
        RC_ASSERT(cpu_from_text(to_text(milli_cpu{count})) == milli_cpu{count});
        RC_ASSERT(memory_from_text(to_text(mebibytes{count})) == mebibytes{count});
        RC_ASSERT(compute_from_text(to_text(milli_gpu{count})) == milli_gpu{count});
        RC_ASSERT(gpus_from_text(to_text(gpu_set::from_bits(bits))) == gpu_set::from_bits(bits));
    });
}

TEST(amount_text, takes_cores_and_gibibytes_and_nothing_else) {
    EXPECT_EQ(cpu_from_text("2.5"), milli_cpu{2500});
    EXPECT_EQ(cpu_from_text("2.05"), milli_cpu{2050});
    EXPECT_EQ(memory_from_text("2GiB"), mebibytes{2048});
    EXPECT_EQ(to_text(gpu_set::from_bits(0b11101U)), "0,2-4");
    EXPECT_EQ(to_text(gpu_set{}), "none");
    for (const char* wrong :
         {"", "m", "-1m", "-1", "1.", "1.2345", "1.-5", "2147483648m", "2147484", "1e3", " 1", "1 "})
        EXPECT_FALSE(cpu_from_text(wrong)) << wrong;
    for (const char* wrong : {"", "MiB", "1", "1GB", "-1MiB", "2097152GiB", "1.5GiB"})
        EXPECT_FALSE(memory_from_text(wrong)) << wrong;
    for (const char* wrong : {"", "32", "1-", "3-1", "0,,1", "a", "0,"}) EXPECT_FALSE(gpus_from_text(wrong)) << wrong;
}
