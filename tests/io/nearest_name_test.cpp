// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/nearest_name.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(nearest_name, is_at_the_least_edit_distance) {
    EXPECT_EQ(io::edit_distance("", "abc"), 3U);
    EXPECT_EQ(io::edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(io::edit_distance("gpu_mem_mib", "gpu_memory_mib"), 3U);
    EXPECT_EQ(io::nearest_name("gpu_mem_mib", {"memory_mib", "gpu_memory_mib", "gpu_milli"}), "gpu_memory_mib");
    EXPECT_EQ(io::nearest_name("x", {"a", "b"}), "a"); // of several the first
    EXPECT_EQ(io::nearest_name("x", {}), "");
}
