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

namespace {

dialect::replica_counts counts(std::initializer_list<int> numbers) {
    dialect::replica_counts made;
    int gpu = 0;
    for (const int each : numbers) made.of[gpu++] = static_cast<std::int16_t>(each);
    return made;
}

} // namespace

TEST(preferred_replicas, take_equal_gpus_by_how_often_they_were_picked) {
    using dialect::preferred_replicas;
    constexpr auto spread = gpupack::policy::strategy::spread;
    constexpr auto pack = gpupack::policy::strategy::binpack;
    EXPECT_EQ(preferred_replicas(counts({2, 1}), {}, 2, spread), counts({1, 1}));
    EXPECT_EQ(preferred_replicas(counts({2, 1}), {}, 2, spread, dialect::replica_ties::lowest), counts({2, 0}));
    EXPECT_EQ(preferred_replicas(counts({3, 2}), {}, 3, pack), counts({1, 2}));
    EXPECT_EQ(preferred_replicas(counts({1, 0}), counts({0, 2}), 3, pack), counts({1, 2}));
    EXPECT_EQ(preferred_replicas(counts({1, 1}), {}, 3, pack).sum(), 0) << "too few";
    EXPECT_EQ(preferred_replicas(counts({1, 1}), counts({1}), 0, pack).sum(), 0) << "fewer than are required";
}

TEST(device_plugin_refuses, several_replicas_where_it_is_told_to) {
    EXPECT_TRUE(dialect::device_plugin_refuses(2, 4, true));
    EXPECT_FALSE(dialect::device_plugin_refuses(1, 4, true));
    EXPECT_FALSE(dialect::device_plugin_refuses(2, 4, false));
    EXPECT_FALSE(dialect::device_plugin_refuses(2, 1, true)) << "whole GPUs";
}
