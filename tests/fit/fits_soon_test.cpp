// SPDX-License-Identifier: Apache-2.0
#include <gpupack/fit/fits_soon.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(fits_soon, names_the_node_that_something_is_about_to_leave) {
    cluster on = cluster_builder{}.add_nodes(2, {8_cores, 8_GiB, {2, models::t4}}).build().value();
    const placement first = on.take(node_id{1}, gpu_set::of(0), {.cpu = 4_cores, .gpus = 1});
    const placement second = on.take(node_id{1}, gpu_set::of(1), {.cpu = 4_cores, .gpus = 1, .share = slice{1_GiB}});
    (void)on.take(node_id{0}, gpu_set::first(2), {.gpus = 2});
    const request one{.cpu = 4_cores, .gpus = 1};
    EXPECT_FALSE(fit::fits_soon(on, one));
    (void)on.set_leaving(first);
    EXPECT_EQ(fit::fits_soon(on, one), node_id{1});
    EXPECT_FALSE(fit::fits_soon(on, {.cpu = 5_cores, .gpus = 1}));
    EXPECT_FALSE(fit::fits_soon(on, {.gpus = 2}));
    (void)on.set_leaving(second);
    EXPECT_EQ(fit::fits_soon(on, {.cpu = 8_cores, .gpus = 2}), node_id{1});
    EXPECT_FALSE(fit::fits_soon(on, {.gpus = 3}));
}
