// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/placement.hpp>

#include <gtest/gtest.h>

using gpupack::placement;

TEST(placement, differs_in_any_part) {
    const placement placed{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 4, 5, 6};
    EXPECT_EQ(placed, placed);
    for (const placement& other :
         {placement{{gpupack::node_id{2}, gpupack::gpu_set::of(1)}, 4, 5, 6},
          placement{{gpupack::node_id{3}, gpupack::gpu_set::of(2)}, 4, 5, 6},
          placement{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 7, 5, 6},
          placement{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 4, 7, 6},
          placement{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 4, 5, 7}})
        EXPECT_FALSE(placed == other);
}
