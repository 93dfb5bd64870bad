// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/gpu_part.hpp>

#include <gtest/gtest.h>

using namespace gpupack;
using namespace gpupack::literals;

TEST(gpu_part, is_the_larger_of_memory_and_compute) {
    const gpu_capacity capacity{.memory = 16000};
    const gpu_state idle = idle_gpu(capacity);
    EXPECT_EQ(used_part(idle, capacity), 0);
    const share by_memory = slice{.memory = mebibytes{4000}};
    const share by_compute = slice{.compute = 300_milli};
    EXPECT_EQ(part_of(by_memory, capacity), 250);
    EXPECT_EQ(part_of(by_compute, capacity), 300);
    EXPECT_EQ(part_of(slice{.compute = 100_milli, .memory_percent = 50}, capacity), 500);
    EXPECT_EQ(part_of(exclusive{}, capacity), 1000);
    const gpu_state one = after_taking(idle, by_memory, capacity);
    EXPECT_EQ(used_part(one, capacity), 250);
    EXPECT_EQ(used_part(after_taking(one, by_compute, capacity), capacity), 300);
    EXPECT_EQ(used_part(after_taking(after_taking(one, by_compute, capacity), by_memory, capacity), capacity), 500);
    EXPECT_EQ(used_part(after_taking(idle, exclusive{}, capacity), capacity), 1000);
}

TEST(gpu_part, is_by_compute_where_memory_is_not_known_and_scales_with_what_is_promised) {
    EXPECT_EQ(part_of(slice{.memory = mebibytes{4000}}, gpu_capacity{}), 0);
    const gpu_capacity promised_twice{.memory = 32000, .compute = 2000};
    EXPECT_EQ(part_of(slice{.memory = mebibytes{8000}}, promised_twice), 500);
    EXPECT_EQ(used_part(after_taking(idle_gpu(promised_twice), exclusive{}, promised_twice), promised_twice), 2000);
}
