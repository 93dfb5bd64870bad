// SPDX-License-Identifier: Apache-2.0
#include <gpupack/request/request.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(request, asks_for_nothing_by_default) {
    EXPECT_TRUE(is_valid({}));
    EXPECT_EQ(request{}.total_compute(), 0_milli);
    EXPECT_EQ((request{.gpus = 3}).total_compute(), 3000_milli);
    EXPECT_EQ((request{.gpus = 2, .share = slice{.memory = {}, .compute = 250_milli}}).total_compute(), 500_milli);
}
