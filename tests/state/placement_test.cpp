// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/placement.hpp>

#include <gpupack/request/hash.hpp>

#include <gtest/gtest.h>

#include <unordered_set>

using gpupack::model_id;
using gpupack::node_id;
using gpupack::placement;
using gpupack::request;

TEST(placement, differs_in_any_part) {
    const placement placed{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 4, 5, 6};
    EXPECT_EQ(placed, placed);
    for (const placement& other : {placement{{gpupack::node_id{2}, gpupack::gpu_set::of(1)}, 4, 5, 6},
                                   placement{{gpupack::node_id{3}, gpupack::gpu_set::of(2)}, 4, 5, 6},
                                   placement{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 7, 5, 6},
                                   placement{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 4, 7, 6},
                                   placement{{gpupack::node_id{3}, gpupack::gpu_set::of(1)}, 4, 5, 7}})
        EXPECT_FALSE(placed == other);
}

TEST(placement, is_a_key_of_unordered_containers_as_ids_and_requests_are) {
    placement one;
    placement other;
    other.generation = 1;
    EXPECT_EQ((std::unordered_set<placement>{one, other, one}).size(), 2U);
    EXPECT_EQ((std::unordered_set<node_id>{node_id{1}, node_id(1, 1), node_id{1}}).size(), 2U);
    EXPECT_EQ((std::unordered_set<model_id>{model_id{1}, model_id{2}, model_id{1}}).size(), 2U);
    EXPECT_EQ((std::unordered_set<request>{{.gpus = 1}, {.gpus = 2}, {.gpus = 1}}).size(), 2U);
}
