// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/room_left.hpp>

#include <gpupack/plan/detail/node_choices.hpp>
#include <gpupack/request/instances.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

using namespace gpupack;

namespace {

/// The most that fit the node, by trying every set of GPUs and every slot; nothing is left out but states seen before.
std::int64_t most_on(cluster& on, node_id node, const request& request, std::set<std::string>& seen,
                     std::int64_t placed = 0) {
    std::int64_t most = placed;
    if (!fit::fits(on[node], request) ||
        !seen.insert(plan::detail::state_key(on[node], true) + std::to_string(placed)).second)
        return most;
    std::vector<selection> choices;
    (void)plan::detail::collect_choices(choices, on[node], request, true, plan::detail::slot_choices::all, 1 << 20);
    for (const selection& choice : choices) {
        const placement taken = on.take(node, choice.gpus, request, choice.slots);
        most = std::max(most, most_on(on, node, request, seen, placed + 1));
        on.give_back(taken);
    }
    return most;
}

} // namespace

TEST(room_left, is_what_can_be_placed_at_best) {
    int exact = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        random_history history{seed};
        cluster on = history.used_cluster();
        request request = history.any_request(on);
        if (request.gpus == 0) continue;
        std::int64_t all = 0;
        bool small = true;
        for (std::uint32_t n = 0; n < on.size() && small; ++n) {
            const node_view node = on[node_id{n}];
            small = node.gpu_count() <= 4 && plan::detail::most_members(node, request, 100) <= 6;
            std::set<std::string> seen;
            if (small) all += most_on(on, node_id{n}, request, seen);
        }
        if (!small) continue;
        const plan::room_left room = plan::count_room(on, request);
        ASSERT_LE(room.least, all) << seed;
        ASSERT_GE(room.most, all) << seed;
        exact += room.is_exact() ? 1 : 0;
        const plan::room_left rough = plan::count_room(on, request, 0);
        ASSERT_LE(rough.least, all) << seed;
        ASSERT_GE(rough.most, all) << seed;
    }
    EXPECT_GT(exact, 50);
}

TEST(room_left, counts_nodes_in_one_state_alike) {
    cluster on = cluster_builder{}.add_nodes(100, {.cpu = 64_cores, .gpus = {8, models::a100_80gb}}).build().value();
    EXPECT_EQ(plan::count_room(on, {.gpus = 3}).least, 200);
    EXPECT_TRUE(plan::count_room(on, {.gpus = 3}).is_exact());
    on.set_closed(node_id{7}, true);
    EXPECT_EQ(plan::count_room(on, {.cpu = 5_cores}).most, 99 * 12);
    const plan::room_left large =
        plan::count_room(on, {.gpus = 1, .share = mig_profile(on.models(), "3g.40gb").value()});
    EXPECT_EQ(large.most, 99 * 16);
    EXPECT_TRUE(large.is_exact());
}
