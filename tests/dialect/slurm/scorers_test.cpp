// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/slurm/scorers.hpp>

#include <gpupack/policy/rank.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(slurm_shard, takes_gpus_in_use_by_index_or_by_the_part_left) { // by ratio, and busy GPUs first
    cluster on = cluster_builder{}
                     .add_nodes(1, {1_cores, 1_GiB, {{3, models::t4}, {1, models::t4, {.compute_percent = 300}}}})
                     .build()
                     .value();
    const auto part = [](std::int64_t milli) {
        return request{.gpus = 1, .share = slice{.compute = milli_gpu{milli}}};
    };
    (void)on.take(node_id{0}, gpu_set::of(1), part(600));
    (void)on.take(node_id{0}, gpu_set::of(2), part(300));
    for (int i = 0; i < 2; ++i) (void)on.take(node_id{0}, gpu_set::of(3), part(1000));
    const auto pick = [&](const dialect::slurm_shard& scorer, std::int64_t milli) {
        return policy::select_gpus(scorer, on[node_id{0}], part(milli)).gpus;
    };
    EXPECT_EQ(pick({}, 100), gpu_set::of(1));
    EXPECT_EQ(pick({}, 700), gpu_set::of(2));
    EXPECT_EQ(pick({.least_loaded = true}, 100), gpu_set::of(2)); // 700 of 1000, before 1000 of 3000, before idle
    EXPECT_EQ(pick({}, 1000), gpu_set::of(3));
}

TEST(slurm_shard, never_gives_a_gpu_whole_that_serves_shards) {
    scheduler by{a100s(1), dialect::slurm_shard{}};
    ASSERT_TRUE(by.place({.gpus = 1, .share = slice{.compute = 100_milli}}));
    EXPECT_FALSE(by.place({.gpus = 1}));
}
