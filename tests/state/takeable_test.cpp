// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/takeable.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(takeable, says_which_gpu_or_node_is_not_wanted_or_not_aligned) {
    const node_spec two{.cpu = 8_cores,
                        .memory = 8_GiB,
                        .gpus = {{1, models::t4, {.numa = 0, .labels = {"fast"}}}, {1, models::t4, {.numa = 1}}},
                        .labels = {"spot"}};
    const cluster on = cluster_builder{}.add_nodes(1, two).build().value();
    const node_view node = on[node_id{0}];
    label_terms fast;
    fast.all_of.insert(*on.labels().find("fast"));
    label_terms no_spot;
    no_spot.none_of.insert(*on.labels().find("spot"));
    gpu_choice second{true};
    ASSERT_TRUE(second.add(node_id{0}, gpu_set::of(1)));
    const auto why = [&](const request& request, gpu_set gpus) { return refusal_of(node, request, gpus, {}); };
    EXPECT_EQ(why({.gpus = 1, .labels = fast}, gpu_set::of(0)), refusal::none);
    EXPECT_EQ(why({.gpus = 1, .labels = fast}, gpu_set::of(1)), refusal::unwanted);
    EXPECT_EQ(why({.labels = no_spot}, {}), refusal::unwanted);
    EXPECT_EQ(why({.gpus = 1, .ids = second}, gpu_set::of(0)), refusal::unwanted);
    EXPECT_EQ(why({.gpus = 1, .ids = second}, gpu_set::of(1)), refusal::none);
    EXPECT_EQ(why({.gpus = 2, .numa = numa_alignment::single}, gpu_set::first(2)), refusal::numa);
    EXPECT_EQ(why({.gpus = 2}, gpu_set::first(2)), refusal::none);
    EXPECT_EQ(why({.gpus = 1, .share = slice{.memory_percent = 100}}, gpu_set::of(0)), refusal::none);
}
