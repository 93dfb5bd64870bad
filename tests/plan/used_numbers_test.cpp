// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/defragment.hpp>

#include "support/used_numbers.hpp"

#include <gpupack/plan/largest_request.hpp>
#include <gpupack/plan/hindsight_bound.hpp>
#include <gpupack/plan/make_room.hpp>
#include <gpupack/plan/place_batch.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/plan/place_unordered.hpp>
#include <gpupack/plan/repartition.hpp>

#include <gpupack/fit/explain_no_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/replay/idle_causes.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/score_matrix.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

const request renewed_half{.cpu = 1_cores, .gpus = 1, .share = slice{.memory = 8_GiB, .compute = 500_milli}};
const request renewed_pair{.cpu = 1_cores, .gpus = 2};

/// Five nodes in use, with and without numbers that were used before.
struct renewed_plans {
    scheduler<policy::fgd, search::indexed> by;
    std::vector<plan::running_task> tasks;

    static renewed_plans of(bool renewed) {
        const node_spec spec{8_cores, 64_GiB, {2, models::t4}};
        task_mix mix;
        mix.add(renewed_half);
        mix.add(renewed_pair);
        renewed_plans made{scheduler{five_nodes(spec, renewed), policy::fgd{mix}, search::indexed{}}, {}};
        for (std::uint32_t n = 0; n < 6; ++n) {
            if (n == 4) continue;
            const placement held = made.by.take({made.by.cluster().id_at(n), gpu_set::first(1), {}}, renewed_half);
            made.tasks.push_back({held, renewed_half, 1, 1});
        }
        return made;
    }
};

std::vector<std::uint32_t> renewed_numbers(const std::vector<selection>& choices) {
    std::vector<std::uint32_t> numbers;
    for (const selection& each : choices) numbers.push_back(each.found() ? each.node.number() : 99);
    return numbers;
}

} // namespace

// A plan for nodes whose numbers were used before is that for nodes that were always there, and one that is gone is in no way.
TEST(used_numbers, change_no_plan) {
    const renewed_plans old = renewed_plans::of(false);
    const renewed_plans now = renewed_plans::of(true);
    const cluster& before = old.by.cluster();
    const cluster& after = now.by.cluster();
    const policy::fgd& policy = now.by.policy();
    const std::vector<request> batch{renewed_half, renewed_pair, renewed_half,
                                     renewed_half, renewed_pair, renewed_pair};

    EXPECT_EQ(renewed_numbers(plan::place_batch(after, policy, batch)),
              renewed_numbers(plan::place_batch(before, policy, batch)));
    EXPECT_EQ(renewed_numbers(plan::place_unordered(after, policy, batch).choices),
              renewed_numbers(plan::place_unordered(before, policy, batch).choices));
    task_mix arrived;
    arrived.add(renewed_half, 9);
    arrived.add(renewed_pair, 9);
    EXPECT_EQ(plan::hindsight_bound(after, arrived), plan::hindsight_bound(before, arrived));
    EXPECT_EQ(plan::find_largest(after, renewed_half, plan::request_size::compute)->node.number(),
              plan::find_largest(before, renewed_half, plan::request_size::compute)->node.number());
    const auto room = plan::make_room(after, policy, renewed_pair, now.tasks);
    ASSERT_TRUE(room);
    EXPECT_EQ(room->steps.size(), plan::make_room(before, policy, renewed_pair, old.tasks)->steps.size());
    const std::vector<plan::place_goal> goals{{renewed_pair, 3, 1}};
    const auto moves = plan::defragment(after, goals, now.tasks);
    EXPECT_FALSE(moves.steps.empty());
    EXPECT_EQ(moves.steps.size(), plan::defragment(before, goals, old.tasks).steps.size());
    EXPECT_EQ(plan::standing_gpus(after).size(), plan::standing_gpus(before).size());
    EXPECT_EQ(fit::explain_no_fit(after, {.gpus = 2}).nodes, fit::explain_no_fit(before, {.gpus = 2}).nodes);
    EXPECT_EQ(replay::idle_causes_of(after, batch), replay::idle_causes_of(before, batch));
    const search::score_matrix matrix{after, policy, {renewed_half}, 7};
    EXPECT_EQ(matrix.best(0, 1).front().node, after.id_at(matrix.best(0, 1).front().node.number()));
}

TEST(used_numbers, take_gangs) {
    renewed_plans now = renewed_plans::of(true);
    EXPECT_FALSE(plan::place_gang(now.by, gang{.parts = {{renewed_pair, 1}}}));
    const auto placed = plan::place_gang(now.by, gang{.parts = {{renewed_half, 5}}});
    ASSERT_TRUE(placed);
    for (const placement& each : placed->members) EXPECT_TRUE(now.by.cluster().contains(each.node));
}
