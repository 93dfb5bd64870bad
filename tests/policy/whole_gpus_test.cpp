// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/whole_gpus.hpp>

#include <gpupack/policy/first_fit.hpp>
#include <gpupack/replay/measure.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(whole_gpus, gives_a_whole_gpu_for_a_slice) {
    scheduler by{a100s(2), whole_gpus(policy::first_fit{})};
    const cluster before = by.cluster();
    const request half{.gpus = 1, .share = slice{.compute = 500_milli}};
    const auto first = by.place(half);
    ASSERT_TRUE(first);
    EXPECT_EQ(by.place(half)->gpus, gpu_set::of(1));
    EXPECT_EQ(by.place(half).error().count(fit::reason::idle_gpus), 1U);
    EXPECT_EQ(by.cluster().rounding_overhead(), 1000_milli);
    EXPECT_DOUBLE_EQ(replay::allocated_percent(by.cluster()), 50);
    EXPECT_EQ(by.explain(half).fitting(), 0U);
    by.release(*first);
    EXPECT_EQ(by.cluster().rounding_overhead(), 500_milli);
}

TEST(whole_gpus, returns_to_the_same_state) {
    scheduler by{a100s(2), whole_gpus(policy::first_fit{})};
    const cluster before = by.cluster();
    const auto placed = by.place({.gpus = 2, .share = slice{1_GiB, 250_milli}});
    EXPECT_EQ(by.cluster().rounding_overhead(), 1500_milli);
    by.release(*placed);
    EXPECT_TRUE(by.cluster().same_state(before));
}

TEST(whole_gpus, leaves_instances_what_they_are) {
    scheduler by{a100s(1), whole_gpus(policy::first_fit{})};
    EXPECT_TRUE(by.place(one_of(by.cluster(), "4g.20gb")));
    EXPECT_TRUE(by.place(one_of(by.cluster(), "3g.20gb")));
    EXPECT_EQ(by.cluster().rounding_overhead(), 0_milli);
}
