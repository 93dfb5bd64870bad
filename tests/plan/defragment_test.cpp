// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/defragment.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <utility>

using namespace gpupack;

namespace {

/// The most that places are worth after moves in any order, and the least cost of that; on the way they are never worth less
/// than at the start.
struct brute_force {
    const std::vector<plan::place_goal>& goals;
    std::int64_t start;
    std::pair<std::int64_t, std::int64_t> best{0, 0}; // gain, minus the cost

    void search(const cluster& state, std::vector<plan::running_task>& tasks, int moves, std::int64_t cost) {
        best = std::max(best, {plan::value_of_places(state, goals) - start, -cost});
        if (moves == 0) return;
        for (plan::running_task& task : tasks) {
            if (task.move_cost == plan::running_task::never) continue;
            for (std::uint32_t n = 0; n < state.size(); ++n) {
                const node_id id = state.id_at(n);
                if (!fit::fits(state[id], task.request)) continue;
                std::vector<selection> choices;
                (void)plan::detail::collect_choices(choices, state[id], task.request, true,
                                                    plan::detail::slot_choices::all, 4096);
                for (const selection& choice : choices) {
                    cluster next = state;
                    const placement before = task.place;
                    task.place = next.take(id, choice.gpus, task.request, choice.slots);
                    next.give_back(before);
                    if (plan::value_of_places(next, goals) >= start)
                        search(next, tasks, moves - 1, cost + task.move_cost);
                    task.place = before;
                }
            }
        }
    }
};

/// Carries a plan out step by step; what it says of each step must be so.
template <class Scheduler> void expect_done(Scheduler& placer, std::vector<plan::running_task> tasks,
                                            const std::vector<plan::place_goal>& goals,
                                            const plan::defragment_plan& plan, std::uint64_t seed) {
    ASSERT_EQ(plan::value_of_places(placer.cluster(), goals), plan.start) << seed;
    ASSERT_EQ(plan.steps.size(), plan.values.size());
    const std::size_t live = placer.cluster().live_placements();
    std::int64_t cost = 0;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        plan::running_task& task = tasks[plan.steps[i].task];
        cost += task.move_cost;
        ASSERT_TRUE(plan::carry_out(placer, task, plan.steps[i])) << seed;
        ASSERT_EQ(plan::value_of_places(placer.cluster(), goals), plan.values[i]) << seed;
        ASSERT_GE(plan.values[i], plan.start) << seed;
    }
    ASSERT_EQ(placer.cluster().live_placements(), live);
    ASSERT_EQ(cost, plan.cost) << seed;
    ASSERT_EQ(plan.gain, (plan.values.empty() ? plan.start : plan.values.back()) - plan.start);
    ASSERT_GE(plan.most_gain, plan.gain) << seed;
}

std::vector<plan::running_task> any_tasks(random_history& history, auto& placer, std::size_t most) {
    std::vector<plan::running_task> tasks;
    for (std::size_t i = 0; i < 3 * most && tasks.size() < most; ++i) {
        const request request = history.any_request(placer.cluster());
        const auto placed = placer.try_place(request);
        if (!placed) continue;
        plan::running_task task{.place = *placed, .request = request};
        if (history.below(4) > 0) task.move_cost = history.number(1, 8);
        tasks.push_back(task);
    }
    if (tasks.size() > 2 && history.below(2) == 0) { // holes
        placer.release(tasks.front().place);
        tasks.erase(tasks.begin());
    }
    return tasks;
}

} // namespace

// On small clusters nothing gains more; no bound is below what can be gained; and each step does what it says.
TEST(defragment, gains_as_much_as_all_moves_in_every_order) {
    int gained = 0;
    int bounds = 0;
    for (std::uint64_t seed = 0; seed < 12'000 && gained < 60; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed})};
        if (by.cluster().size() > 3 || by.cluster().gpu_count() > 7) continue;
        const std::vector<plan::running_task> tasks = any_tasks(history, by, 4);
        std::vector<plan::place_goal> goals;
        for (int i = 0; i < 2; ++i)
            goals.push_back({history.any_request(by.cluster()), history.number(1, 6), history.number(1, 10)});
        const plan::defragment_limits limits{
            .moves = 2, .cost = history.below(3) == 0 ? 6 : plan::running_task::never, .budget = 200'000};
        brute_force all{goals, plan::value_of_places(by.cluster(), goals)};
        const auto plan = plan::defragment(by.cluster(), goals, tasks, limits);
        std::vector<plan::running_task> moved = tasks;
        if (limits.cost == plan::running_task::never) {
            all.search(by.cluster(), moved, limits.moves, 0);
            ASSERT_LE(all.best.first, plan.most_gain) << seed;
            ASSERT_LE(plan.gain, all.best.first) << seed;
            if (plan.is_best() && plan.gain > 0) {
                ASSERT_EQ(plan.gain, all.best.first) << seed;
            }
            gained += plan.gain > 0 ? 1 : 0;
            const auto rough = plan::defragment(by.cluster(), goals, tasks, {.moves = 2, .budget = 8});
            ASSERT_LE(all.best.first, rough.most_gain) << seed;
            bounds += plan.is_best() ? 1 : 0;
        }
        ASSERT_LE(plan.cost, limits.cost) << seed;
        expect_done(by, tasks, goals, plan, seed);
        if (HasFatalFailure()) return;
    }
    EXPECT_EQ(gained, 60);
    EXPECT_GT(bounds, 80);
}

// Where not all moves can be tried, each step is still feasible, nothing is lost on the way, and no bound is exceeded.
TEST(defragment, never_loses_on_larger_clusters) {
    int gained = 0;
    int several = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        random_history history{seed};
        scheduler by{history.any_cluster(), policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed})};
        const std::vector<plan::running_task> tasks = any_tasks(history, by, 24);
        const auto goals = plan::goals_of(history.any_mix(by.cluster()), history.number(1, 60));
        const auto plan =
            plan::defragment(by.cluster(), goals, tasks, {.moves = 5, .budget = history.number(50, 5000)});
        ASSERT_LE(plan.steps.size(), 5U) << seed;
        expect_done(by, tasks, goals, plan, seed);
        if (HasFatalFailure()) return;
        gained += plan.gain > 0 ? 1 : 0;
        several += plan.steps.size() > 1 ? 1 : 0;
    }
    EXPECT_GT(gained, 60);
    EXPECT_GT(several, 30);
}

TEST(defragment, clears_a_node_at_the_least_cost) {
    scheduler by{cluster_builder{}.add_nodes(4, {.cpu = 64_cores, .gpus = {8, models::a100_80gb}}).build().value(),
                 policy::best_fit{}};
    std::vector<plan::running_task> tasks;
    const auto run = [&](std::uint32_t node, int gpus, std::int64_t cost) {
        const request request{.gpus = gpus};
        const selection target{node_id{node}, fit::lowest_gpus(by.cluster()[node_id{node}], request), {}};
        tasks.push_back({.place = by.take(target, request), .request = request, .move_cost = cost});
    };
    run(0, 5, 50), run(1, 2, 20), run(1, 1, 10), run(2, 4, 40), run(2, 1, 10), run(3, 8, 80);
    const std::vector<plan::place_goal> whole{{.request = {.gpus = 8}, .number = 3}};
    const auto plan = plan::defragment(by.cluster(), whole, tasks, {.moves = 2});
    EXPECT_EQ(plan.gain, 1);
    EXPECT_EQ(plan.cost, 30); // node 1
    EXPECT_TRUE(plan.is_best());
    EXPECT_EQ(plan::defragment(by.cluster(), whole, tasks, {.moves = 0}).gain, 0);
    EXPECT_EQ(plan::defragment(by.cluster(), whole, tasks, {.moves = 2, .cost = 29}).gain, 0);
    // Nothing more than what is short counts.
    EXPECT_TRUE(plan::defragment(by.cluster(), {{.request = {.gpus = 1}, .number = 5}}, tasks).steps.empty());
    expect_done(by, tasks, whole, plan, 0);
    EXPECT_EQ(by.cluster()[node_id{1}].idle_gpus(), 8);
}

// Tasks without GPUs go to the nodes on which least CPU is free, not to the first.
TEST(defragment, tasks_without_gpus_go_where_least_cpu_is_free) {
    cluster_builder builder;
    for (int i = 0; i < 9; ++i) builder.add_nodes(1, {.cpu = 32_cores, .memory = 64_GiB}); // two places each
    cluster nodes =
        std::move(
            builder.add_nodes(1, {.cpu = 4_cores, .memory = 64_GiB}).add_nodes(1, {.cpu = 16_cores, .memory = 64_GiB}))
            .build()
            .value();
    const request small{.cpu = 4_cores, .memory = 1_GiB};
    const plan::running_task task{.place = nodes.take(node_id{10}, {}, small), .request = small, .move_cost = 1};
    const std::vector<plan::place_goal> goals{{.request = {.cpu = 16_cores}, .number = 100}};
    const auto found = plan::defragment(nodes, goals, {task}, {.moves = 8});
    EXPECT_EQ(found.gain, 1);
    ASSERT_EQ(found.steps.size(), 1U);
    EXPECT_EQ(found.steps[0].target.node, node_id{9});
}
