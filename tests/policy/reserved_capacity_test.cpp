// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/reserved_capacity.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;
using policy::reserved_capacity_view;
using policy::scarce_class;

namespace {

constexpr scarce_class octets{model_set::any(), 8, 64'000, 0, 1};
constexpr scarce_class pairs{model_set::any(), 2, 10'000, 1024, 1};

cluster two_models() {
    return cluster_builder{}
        .add_nodes(1, {96_cores, 64_GiB, {8, models::t4}})
        .add_nodes(1, {96_cores, 64_GiB, {8, models::p100}})
        .build()
        .value();
}

} // namespace

TEST(reserved_capacity, counts_places_by_gpus_cpu_and_memory) {
    EXPECT_EQ(reserved_capacity_view::places(octets, 8, 96_cores, 1_GiB), 1);
    EXPECT_EQ(reserved_capacity_view::places(octets, 7, 96_cores, 1_GiB), 0);
    EXPECT_EQ(reserved_capacity_view::places(octets, 8, 63_cores, 1_GiB), 0);
    EXPECT_EQ(reserved_capacity_view::places(pairs, 7, 96_cores, 64_GiB), 3);
    EXPECT_EQ(reserved_capacity_view::places(pairs, 8, 29_cores, 64_GiB), 2);
    EXPECT_EQ(reserved_capacity_view::places(pairs, 8, 96_cores, 1_GiB), 1);
}

TEST(reserved_capacity, is_taken_by_others_only_and_only_where_it_is_tight) {
    const cluster on = two_models();
    const node_view node = on[node_id{0}];
    const scarce_class classes[] = {octets, pairs, {model_set::of(node.gpu_model(0)), 4, 0, 0, 1}};
    const reserved_capacity_view room{classes, 3};
    const request one{.cpu = 8_cores, .gpus = 1};
    EXPECT_EQ(room.taken(0b000, node, one, 1), 0);
    EXPECT_EQ(room.taken(0b001, node, one, 1), 1);
    EXPECT_EQ(room.taken(0b011, node, one, 1), 2); // an octet, and a pair
    EXPECT_EQ(room.taken(0b100, node, one, 1), 1);
    EXPECT_EQ(room.taken(0b100, on[node_id{1}], one, 1), 0); // another model
    EXPECT_EQ(room.taken(0b001, node, {.cpu = 8_cores}, 0), 0);
    EXPECT_EQ(room.taken(0b001, node, {.cpu = 40_cores}, 0), 1); // leaves no CPU for an octet
    EXPECT_EQ(room.taken(0b011, node, {.cpu = 64_cores, .memory = 1_GiB, .gpus = 8}, 8),
              0); // is what it is kept for
    EXPECT_EQ(room.taken(0b100, node, {.gpus = 4, .models = model_set::of(node.gpu_model(0))}, 4), 0);
    EXPECT_EQ(room.taken(0b100, node, {.gpus = 4}, 4), 1); // would do on other models
}

TEST(reserved_capacity, matters_where_there_is_some) {
    cluster on = two_models();
    const scarce_class classes[] = {octets, pairs, {model_set::of(on[node_id{0}].gpu_model(0)), 4, 0, 0, 1}};
    const reserved_capacity_view room{classes, 3};
    EXPECT_TRUE(room.matters(0b001, on[node_id{1}]));
    EXPECT_FALSE(room.matters(0b100, on[node_id{1}]));
    EXPECT_TRUE(room.matters(0b100, on[node_id{0}]));
    (void)on.take(node_id{1}, gpu_set::of(0), {.gpus = 1});
    EXPECT_FALSE(room.matters(0b001, on[node_id{1}]));
    EXPECT_TRUE(room.matters(0b011, on[node_id{1}]));
    EXPECT_FALSE(room.matters(0, on[node_id{1}]));
}
