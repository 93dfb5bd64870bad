// SPDX-License-Identifier: Apache-2.0
#include <gpupack/core/units.hpp>

#include <gtest/gtest.h>
#include <type_traits>

using namespace gpupack;

template <class A, class B>
concept add_up = requires(A a, B b) {
    a + b;
};

TEST(units, literals_are_whole_numbers_of_the_small_unit) {
    EXPECT_EQ(8_cores, milli_cpu{8000});
    EXPECT_EQ(20_GiB, mebibytes{20480});
    EXPECT_EQ(512_MiB, mebibytes{512});
    EXPECT_EQ(250_milli, milli_gpu{250});
}

TEST(units, ten_tenths_are_one_gpu) {
    milli_gpu sum{};
    for (int i = 0; i < 10; ++i) sum += 100_milli;
    EXPECT_EQ(sum, whole_gpu);
}

TEST(units, do_not_mix) {
    static_assert(!add_up<milli_cpu, mebibytes> && !add_up<milli_cpu, milli_gpu> && !add_up<milli_cpu, int>);
    static_assert(!std::is_convertible_v<int, milli_cpu> && !std::is_convertible_v<milli_cpu, mebibytes>);
    static_assert(add_up<milli_cpu, milli_cpu>);
}
