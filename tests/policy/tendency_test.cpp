#include <gpupack/policy/tendency.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(tendency, is_one_byte) {
    static_assert(sizeof(policy::tendency) == 1);
    static_assert(policy::tendency::pack != policy::tendency::spread);
}
