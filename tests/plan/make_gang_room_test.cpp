// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/make_gang_room.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "plan/least_cost.hpp"
#include "support/every_way.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

using namespace gpupack;

namespace {

std::vector<node_id> nodes_of(const cluster& cluster) {
    std::vector<node_id> nodes;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) nodes.push_back(cluster.id_at(n));
    return nodes;
}

} // namespace

// On small clusters the plan is the cheapest there is, it is feasible at every step, and it is done whole or not at all.
TEST(make_gang_room, finds_the_cheapest_ends_and_moves) {
    int made = 0;
    int moved = 0;
    int refused = 0;
    for (std::uint64_t seed = 0; seed < 8000 && made + refused < 80; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::best_fit{}};
        if (by.cluster().size() > 2) continue;
        const std::vector<plan::running_task> tasks = few_running_tasks(history, by);
        gang gang{.parts = {{history.any_request(by.cluster()), 2}}};
        if (history.below(3) == 0) gang.parts.push_back({history.any_request(by.cluster()), 1});
        bool possible = !tasks.empty();
        for (gang_part& part : gang.parts) {
            part.request.gpus = std::min(part.request.gpus, 3);
            possible = possible && by.fits_empty(part.request);
        }
        if (!possible) continue;
        const plan::room_limits limits{.ends = 2, .moves = 1, .budget = 20'000};
        const auto plan = plan::make_room(by.cluster(), by.policy(), gang, tasks, limits);
        std::vector<char> touched(tasks.size(), 0);
        const auto least =
            least_cost(by.cluster(), tasks, touched, limits.ends, limits.moves, [&](const cluster& nodes) {
                return test::every_way{nodes, gang}.exists(nodes_of(nodes)).value_or(false);
            });
        if (!plan) {
            ASSERT_FALSE(least && plan.error().proven) << seed;
            ++refused;
            continue;
        }
        ASSERT_TRUE(least) << seed;
        ASSERT_TRUE(!plan->best || plan->cost == *least) << seed;
        ASSERT_GE(plan->cost, *least) << seed;
        ASSERT_LE(plan->ends, limits.ends);
        ASSERT_LE(plan->moves, limits.moves);
        made += plan->cost > 0 && plan->best ? 1 : 0;
        moved += plan->moves;
        const std::size_t live = by.cluster().live_placements();
        ASSERT_TRUE(plan::carry_out(by, gang, tasks, *plan)) << seed;
        ASSERT_EQ(by.cluster().live_placements(),
                  live + static_cast<std::size_t>(gang.members()) - static_cast<std::size_t>(plan->ends));
        if (plan->cost > 0) {
            const cluster before = by.cluster();
            ASSERT_FALSE(plan::carry_out(by, gang, tasks, *plan)) << seed; // its tasks are no longer where they were
            ASSERT_TRUE(by.cluster().same_state(before));
        }
    }
    EXPECT_GT(made, 5);
    EXPECT_GT(moved, 0);
    EXPECT_GT(refused, 2);
}

TEST(make_gang_room, keeps_to_domains_and_to_what_it_is_worth) {
    const node_spec spec{8_cores, 8_GiB, {2, models::t4}};
    const domain_tree racks = domain_tree_builder{{"rack"}}.add("left", "rack").add("right", "rack").build().value();
    cluster_builder builder;
    builder.domains(racks);
    for (int n = 0; n < 4; ++n) builder.add_nodes(1, spec, n < 2 ? "left" : "right");
    scheduler by{std::move(builder).build().value(), policy::first_fit{}};
    std::vector<plan::running_task>
        tasks; // one on each node; those of the left rack cost 3 and 4, of the right 1 and 9
    for (const std::int64_t cost : {3, 4, 1, 9}) {
        const request pair{.gpus = 2};
        tasks.push_back({.place = *by.try_place(pair), .request = pair, .end_cost = cost});
    }
    gang gang{.parts = {{{.gpus = 2}, 2}}};
    const auto anywhere = plan::make_room(by.cluster(), by.policy(), gang, tasks);
    ASSERT_TRUE(anywhere);
    EXPECT_EQ(anywhere->cost, 4); // one of each rack
    gang.level = "rack";
    gang.required = true;
    const auto together = plan::make_room(by.cluster(), by.policy(), gang, tasks);
    ASSERT_TRUE(together);
    EXPECT_EQ(together->cost, 7);
    EXPECT_TRUE(together->best);
    const auto rough =
        plan::make_room(by.cluster(), by.policy(), gang, tasks, {.budget = 10}); // member by member alone
    ASSERT_TRUE(rough);
    EXPECT_EQ(rough->cost, 7);
    const auto dear = plan::make_room(by.cluster(), by.policy(), gang, tasks, {.worth = 7});
    ASSERT_FALSE(dear);
    EXPECT_TRUE(dear.error().not_worth_it);
    EXPECT_EQ(dear.error().least_cost, 7);
}
