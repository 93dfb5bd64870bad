// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/locality.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(locality, counts_sets_against_the_best_of_an_empty_node) {
    const cluster on = cluster_builder{}
                           .add_nodes(1, machines::dgx_1_v100())
                           .add_nodes(1, {8_cores, 8_GiB, {4, models::t4}})
                           .build()
                           .value();
    replay::locality places;
    places.count_set(on.types()[0], gpu_set::from_bits(0x0c)); // {2, 3}: 250, the best
    places.count_set(on.types()[0], gpu_set::from_bits(0x03)); // {0, 1}: 150
    places.count_set(on.types()[0], gpu_set::of(0));           // no set
    places.count_set(on.types()[1], gpu_set::first(2));        // nothing is known
    EXPECT_EQ(places.sets, 2);
    EXPECT_EQ(places.on_best, 1);
    EXPECT_EQ(places.thousandths, 1600);
    EXPECT_DOUBLE_EQ(places.on_best_percent(), 50.0);
    EXPECT_DOUBLE_EQ(places.link_percent(), 80.0);
    EXPECT_EQ(replay::locality{}.link_percent(), 0.0);
}

TEST(locality, counts_gangs_by_level) {
    replay::locality one;
    one.count_gang(0);
    one.count_gang(2);
    replay::locality other;
    other.count_gang(3);
    other.count_gang(2);
    one += other;
    EXPECT_EQ(one.by_level, (std::vector<std::int64_t>{1, 0, 2, 1}));
    EXPECT_DOUBLE_EQ(one.within_percent(0), 100.0);
    EXPECT_DOUBLE_EQ(one.within_percent(1), 75.0);
    EXPECT_DOUBLE_EQ(one.within_percent(3), 25.0);
    EXPECT_EQ(replay::locality{}.within_percent(1), 0.0);
}
