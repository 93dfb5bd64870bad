// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/strategy.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(strategy, is_one_byte) {
    static_assert(sizeof(policy::strategy) == 1);
    static_assert(policy::strategy::binpack != policy::strategy::spread);
}
