// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/check.hpp>

#include <gtest/gtest.h>

TEST(check_death, prints_condition_message_and_place) {
    const int gpus = 3;
    GPUPACK_EXPECTS(gpus == 3, "three");
    EXPECT_DEATH(GPUPACK_EXPECTS(gpus > 4, "more GPUs"), "check_test.cpp:[0-9]+: gpupack expects gpus > 4: more GPUs");
}
