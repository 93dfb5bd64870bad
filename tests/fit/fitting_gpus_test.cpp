// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/fitting_gpus.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

// That fitting_gpus follows the rules for each GPU is in fits_test.

TEST(fitting_gpus, do_together_where_their_free_memory_is_enough) {
    cluster cluster = cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {3, gpu_model{"g", 10_GiB}}}).build().value();
    (void)cluster.take(node_id{0}, gpu_set::of(0), {.gpus = 1, .share = slice{8_GiB, 100_milli}});
    (void)cluster.take(node_id{0}, gpu_set::of(2), {.gpus = 1, .share = slice{4_GiB, 100_milli}});
    const node_view node = cluster[node_id{0}]; // 2, 10 and 6 GiB free
    const request request{.gpus = 2, .share = split_slice{.memory = 16_GiB}};
    EXPECT_TRUE(fit::enough_together(node, request, gpu_set::from_bits(0b110)));
    EXPECT_FALSE(fit::enough_together(node, request, gpu_set::from_bits(0b011)));
    EXPECT_EQ(fit::emptiest_gpus(node, request, gpu_set::first(3)), gpu_set::from_bits(0b110));
    EXPECT_TRUE(fit::gpus_suffice(node, request, gpu_set::first(3)));
    EXPECT_FALSE(fit::gpus_suffice(node, request, gpu_set::first(2)));
}
