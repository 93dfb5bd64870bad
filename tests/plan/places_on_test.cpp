// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/places_on.hpp>

#include <gpupack/plan/room_left.hpp>
#include <gpupack/request/instances.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

// The search through all sets of GPUs and slots finds as many, where it knows.
TEST(places_on, are_the_most_that_any_choice_allows) {
    int compared = 0;
    int instances = 0;
    int several = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        random_history history{seed};
        const cluster on = history.used_cluster();
        const request request = history.any_request(on);
        std::int64_t places = 0;
        for (std::uint32_t n = 0; n < on.size(); ++n) places += plan::places_on(on[node_id{n}], request);
        const plan::room_left room = plan::count_room(on, request, 3000);
        const bool in_turn = request.share.is_split() || (request.gpus > 1 && request.numa != numa_alignment::none);
        ASSERT_LE(places, room.most) << seed;
        if (in_turn && request.numa != numa_alignment::single) continue;
        ASSERT_GE(places, room.least) << seed;
        compared += room.is_exact() && places > 0 ? 1 : 0;
        instances += room.is_exact() && places > 1 && in_profiles(request.share.way()) ? 1 : 0;
        several += room.is_exact() && places > 1 && request.gpus > 1 ? 1 : 0;
    }
    EXPECT_GT(compared, 300);
    EXPECT_GT(instances, 50);
    EXPECT_GT(several, 50);
}

TEST(places_on, count_instances_over_all_orders) {
    const cluster on =
        cluster_builder{}.add_nodes(1, {.cpu = 64_cores, .gpus = {2, models::a100_80gb}}).build().value();
    const node_view node = on[node_id{0}];
    EXPECT_EQ(plan::places_on(node, {.gpus = 1, .share = mig_profile(on.models(), "1g.10gb").value()}), 14);
    EXPECT_EQ(plan::places_on(node, {.gpus = 2, .share = mig_profile(on.models(), "3g.40gb").value()}), 2);
    EXPECT_EQ(plan::places_on(node, {.cpu = 10_cores, .gpus = 1, .share = slice{.compute = milli_gpu{100}}}), 6);
    EXPECT_EQ(plan::places_on(node, {}), plan::most_places);
}
