// SPDX-License-Identifier: Apache-2.0
#include <gpupack/topology/gpu_model.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(gpu_model, is_a_value_written_in_a_line) {
    constexpr gpu_model mine{"B42", 96_GiB};
    static_assert(mine == gpu_model{"B42", 96_GiB});
    EXPECT_FALSE(mine == (gpu_model{"B42", 95_GiB}));
    EXPECT_FALSE(mine == (gpu_model{"B43", 96_GiB}));
}
