// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/mig_fragmentation.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

static_assert(gpupack::policy::policy<gpupack::policy::mig_fragmentation>);

TEST(mig_fragmentation, blocks_the_fewest_places) {
    // A 1g at 6 blocks only what needs 6: unit 7 serves no 1g.
    EXPECT_EQ(placed_in_order(policy::mig_fragmentation{}, 1, {"1g.5gb", "4g.20gb"}), "0@6 0@0");
    EXPECT_EQ(placed_in_order(policy::mig_fragmentation{}, 2, {"3g.20gb", "4g.20gb", "7g.40gb"}), "0@4 0@0 1@0");
}

TEST(mig_fragmentation, takes_the_fullest_gpu_for_slices) {
    scheduler by{a100s(2), policy::mig_fragmentation{}};
    (void)by.place({.gpus = 1, .share = slice{{}, 300_milli}});
    EXPECT_EQ(by.place({.gpus = 1, .share = slice{{}, 300_milli}})->gpus, gpu_set::of(0));
}
