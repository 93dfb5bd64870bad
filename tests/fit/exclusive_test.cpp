// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/exclusive.hpp>

#include "support/gpu_states.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(exclusive, takes_only_gpus_with_nothing_on_them) {
    node_type kind{.gpu_count = 4};
    gpu_state gpus[4];
    for (gpu_state& gpu : gpus) gpu = idle_with(8_GiB);
    gpus[1] = taking(gpus[1], slice{1_MiB, 0_milli}, 1); // all its compute is free, and still it is not idle
    gpus[2] = taking(gpus[2], exclusive{}, 1);
    const node_state state{};
    const node_view node{node_id{}, kind, state, gpus};
    EXPECT_EQ(fit::gpus_for_exclusive(node, gpu_set::first(4)).bits(), 0b1001U);
    EXPECT_EQ(fit::gpus_for_exclusive(node, gpu_set::of(3)).bits(), 0b1000U);
}
