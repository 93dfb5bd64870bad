// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/device_plugin.hpp>

#include <gpupack/policy/rank.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(device_plugin, counts_tasks_and_not_what_they_take) { // before the request is added
    cluster on = a100s(3);
    const request small{.gpus = 1, .share = slice{.compute = 10_milli}};
    (void)on.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = slice{.compute = 900_milli}});
    (void)on.take(node_id{0}, gpu_set::of(1), small);
    (void)on.take(node_id{0}, gpu_set::of(1), small);
    EXPECT_EQ(policy::select_gpus(dialect::device_plugin{policy::strategy::binpack}, on[node_id{0}], small).gpus,
              gpu_set::of(1));
    EXPECT_EQ(policy::select_gpus(dialect::device_plugin{policy::strategy::spread}, on[node_id{0}], small).gpus,
              gpu_set::of(2));
}
