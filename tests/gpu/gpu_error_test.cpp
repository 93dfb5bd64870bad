// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/gpu_error.hpp>

#include <gtest/gtest.h>

#include <sstream>

using namespace gpupack;

TEST(gpu_error, says_what_failed_and_why) {
    const gpu::gpu_error error{"cudaMalloc", 2, "not enough memory on the GPU"};
    EXPECT_EQ(error.message(), "cudaMalloc: not enough memory on the GPU (error 2)");
    EXPECT_EQ((gpu::gpu_error{"looking for GPU 3", 0, "the driver shows 1"}.message()),
              "looking for GPU 3: the driver shows 1");
    std::ostringstream out;
    out << error;
    EXPECT_EQ(out.str(), error.message());
}
