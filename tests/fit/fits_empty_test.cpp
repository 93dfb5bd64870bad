// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/fits_empty.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(fits_empty, looks_at_what_nodes_have_and_not_at_what_is_free) {
    cluster cluster = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    (void)cluster.take(node_id{0}, gpu_set::first(2), {.cpu = 8_cores, .gpus = 2});
    EXPECT_TRUE(fit::fits_empty(cluster, {.cpu = 8_cores, .gpus = 2}));
    EXPECT_FALSE(fit::fits_empty(cluster, {.cpu = 9_cores}));
    EXPECT_FALSE(fit::fits_empty(cluster, {.gpus = 3}));
}

TEST(fits_empty, knows_which_node_has_the_gpus_asked_for_by_id) {
    const cluster cluster = cluster_builder{}
                                .add_nodes(1, {8_cores, 8_GiB, {1, models::t4}})
                                .add_nodes(1, {4_cores, 8_GiB, {1, models::t4}})
                                .build()
                                .value();
    gpu_choice second{true};
    (void)second.add(node_id{1}, gpu_set::of(0));
    EXPECT_TRUE(fit::fits_empty(cluster, {.cpu = 4_cores, .gpus = 1, .ids = second}));
    EXPECT_FALSE(fit::fits_empty(cluster, {.cpu = 5_cores, .gpus = 1, .ids = second}));
}
