// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/gpu_fit.hpp>

#include "support/score_of_states.hpp"

#include <gpupack/policy/rank.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

static_assert(gpupack::policy::scorer<gpupack::policy::gpu_best_fit> &&
              gpupack::policy::scorer<gpupack::policy::gpu_worst_fit>);

TEST(gpu_fit, takes_the_fullest_or_the_emptiest_that_fits_ties_to_the_lower) {
    const cluster on = node_with({1000, 300, 700, 300, 1000}, 8000);
    const node_view node = on[node_id{0}];
    EXPECT_EQ(policy::select_gpus(policy::gpu_best_fit{}, node, asking(0, 1, 200)).gpus, gpu_set::of(1));
    EXPECT_EQ(policy::select_gpus(policy::gpu_best_fit{}, node, asking(0, 1, 400)).gpus, gpu_set::of(2));
    EXPECT_EQ(policy::select_gpus(policy::gpu_worst_fit{}, node, asking(0, 1, 200)).gpus, gpu_set::of(0));
    EXPECT_EQ(policy::select_gpus(policy::gpu_best_fit{}, node, asking(0, 3, 200)).gpus, gpu_set::from_bits(0b01110));
    EXPECT_EQ(policy::select_gpus(policy::gpu_best_fit{}, node, asking(0, 2, 1000)).gpus, gpu_set::from_bits(0b10001));
}

TEST(gpu_fit, goes_by_memory_where_no_compute_is_asked_for) {
    cluster on = node_with({1000, 1000}, 8000);
    (void)on.take(node_id{0}, gpu_set::of(1), {.gpus = 1, .share = slice{8_GiB, 0_milli}});
    const request request{.gpus = 1, .share = slice{2_GiB, 0_milli}};
    EXPECT_EQ(policy::select_gpus(policy::gpu_best_fit{}, on[node_id{0}], request).gpus, gpu_set::of(1));
    EXPECT_EQ(policy::select_gpus(policy::gpu_worst_fit{}, on[node_id{0}], request).gpus, gpu_set::of(0));
}
