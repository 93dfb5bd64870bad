// SPDX-License-Identifier: Apache-2.0
// Numbers of Koordinator's own unit tests.
#include <gpupack/dialect/koordinator/scorers.hpp>
#include <gpupack/dialect/koordinator/partitions.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/dialect/koordinator/request.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "conformance/numbers.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

TEST(koordinator, scores_devices_as_published) {
    for (const auto& row : published("koordinator").at("score_device")) {
        const auto lean = row[0] == "least" ? policy::strategy::spread : policy::strategy::binpack;
        EXPECT_EQ(dialect::koordinator_score(lean, row[1], row[2], row[3]), row[4].get<policy::score>()) << row;
    }
}

TEST(koordinator, picks_partitions_as_published) {
    for (const auto& row : published("koordinator").at("partition_pick_used_want_expect")) {
        cluster on = cluster_builder{}.add_nodes(1, {1_cores, 1_GiB, {8, models::h100_80gb}}).build().value();
        for (const int used : row[0]) (void)on.take(node_id{0}, gpu_set::of(used), {.gpus = 1});
        gpu_set expected;
        for (const int gpu : row[2]) expected.insert(gpu);
        EXPECT_EQ(policy::select_gpus(dialect::koordinator_partitions{}, on[node_id{0}], {.gpus = row[1]}).gpus, expected)
            << row;
    }
}

TEST(koordinator, splits_requests_as_published) {
    for (const auto& row : published("koordinator").at("split")) {
        const auto told = dialect::koordinator_request({row[1], row[2], row[0]});
        ASSERT_TRUE(told) << row;
        EXPECT_EQ(told->share.compute().count(), 10 * row[3][0].get<std::int64_t>()) << row;
        EXPECT_EQ(told->share.memory_percent(), row[3][1].get<int>()) << row;
        EXPECT_EQ(told->gpus, row[3][2].get<int>()) << row;
        EXPECT_EQ(told->share.way() == sharing::slices, row[3][3] == 1) << row;
    }
}
