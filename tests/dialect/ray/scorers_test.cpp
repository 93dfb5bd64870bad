// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/ray/scorers.hpp>

#include "support/one_gpu.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(ray, packs_onto_nodes_with_bundles_and_spreads_onto_others) {
    const cluster on = cluster_builder{}.add_nodes(3, {8_cores, 8_GiB, {4, models::t4}}).build().value();
    const request bundle{.cpu = 1_cores, .gpus = 1};
    scheduler pack{on, dialect::ray{policy::strategy::binpack, true}};
    scheduler spread{on, dialect::ray{policy::strategy::spread, true}};
    std::vector<unsigned> packed;
    std::vector<unsigned> spreaded;
    for (int i = 0; i < 6; ++i) {
        packed.push_back(pack.place(bundle)->node.number());
        spreaded.push_back(spread.place(bundle)->node.number());
    }
    EXPECT_EQ(packed, (std::vector<unsigned>{0, 0, 0, 0, 1, 1}));
    EXPECT_EQ(spreaded, (std::vector<unsigned>{0, 1, 2, 0, 1, 2}));
}

TEST(ray, prefers_the_larger_part_left_over_what_is_asked_for) {
    const cluster on = cluster_builder{}
                           .add_nodes(1, {8_cores, 8_GiB, {2, models::t4}})
                           .add_nodes(1, {16_cores, 8_GiB, {2, models::t4}})
                           .build()
                           .value();
    const dialect::ray by{policy::strategy::spread};
    EXPECT_LT(by(on[node_id{0}], {.cpu = 4_cores}), by(on[node_id{1}], {.cpu = 4_cores}));
    EXPECT_EQ(by(on[node_id{0}], {.gpus = 1}), by(on[node_id{1}], {.gpus = 1}));
}

TEST(ray, never_takes_a_node_by_its_sum_of_fractions) { // 0.5 free on each of two GPUs are no room for 0.8
    scheduler by{cluster_builder{}.add_nodes(1, {8_cores, 8_GiB, {2, models::t4}}).build().value(),
                 dialect::ray{policy::strategy::binpack}};
    const auto part = [](std::int64_t milli) {
        return request{.gpus = 1, .share = slice{.compute = milli_gpu{milli}}};
    };
    ASSERT_TRUE(by.place(part(500)));
    ASSERT_TRUE(by.place({.gpus = 1}));
    EXPECT_EQ(by.cluster().compute_free(), 500_milli);
    EXPECT_FALSE(by.place(part(800)));
}
