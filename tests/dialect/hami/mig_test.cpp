// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/hami/mig.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(hami_mig, fills_the_fullest_gpu_that_has_a_place) {
    EXPECT_EQ(placed_in_order(dialect::hami_mig{}, 3, {"4g.20gb", "7g.40gb", "3g.20gb", "1g.5gb"}), "0@0 1@0 0@4 2@6");
}

TEST(hami_mig, takes_the_fullest_gpu_for_slices) {
    cluster on = a100s(2);
    (void)on.take(node_id{0}, gpu_set::of(1), {.gpus = 1, .share = slice{{}, 300_milli}});
    EXPECT_EQ(policy::select_gpus(dialect::hami_mig{}, on[node_id{0}], {.gpus = 1, .share = slice{{}, 300_milli}}).gpus,
              gpu_set::of(1));
}
