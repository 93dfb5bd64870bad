// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/what_if.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

using namespace gpupack;

namespace {

/// A part of openb, so that a scan of all of it takes little time: every nth node and task.
workload::workload part_of_openb(std::size_t nth) {
    const workload::workload all = workload::openb();
    workload::workload part;
    part.models = all.models;
    for (std::size_t i = 0; i < all.nodes.size(); i += nth) part.nodes.push_back(all.nodes[i]);
    for (std::size_t i = 0; i < all.tasks.size(); i += nth) part.tasks.push_back(all.tasks[i]);
    return part;
}

std::vector<request> tasks_of(const workload::workload& workload) {
    std::vector<request> tasks;
    for (const workload::task& task : workload.tasks) tasks.push_back(task.request);
    return tasks;
}

/// Whether a what-if replay is that of replay::run with the scan, decision by decision.
///
/// order  of the nodes that are there
template <class Policy>
void expect_as_replayed(const workload::workload& workload, const std::vector<std::size_t>& order, const Policy& policy,
                        const replay::what_if_scenario& scenario, const replay::what_if_result& result,
                        const std::vector<replay::what_if_decision>& decisions, const task_mix& expected,
                        request_rule rule = request_rule::as_requested) {
    workload::workload there = workload;
    there.nodes.clear();
    for (const std::size_t node : order) there.nodes.push_back(workload.nodes[node]);
    const std::int64_t load = scenario.arriving / (workload::arriving_at(1, workload));
    const auto arrivals = workload::draw_arrivals(workload, scenario.seed, load);
    scheduler one_by_one{there.build().value(), policy, search::scan{}, rule};
    const policy::fragmentation_table table{expected};
    const auto run = replay::run(one_by_one, workload.tasks, arrivals, {.expected = table.view()});
    ASSERT_EQ(run.outcomes.size(), decisions.size());
    std::uint32_t first_failure = 0;
    while (first_failure < run.outcomes.size() && run.outcomes[first_failure].placed) ++first_failure;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        const replay::outcome& wanted = run.outcomes[i];
        ASSERT_EQ(wanted.task, decisions[i].task);
        ASSERT_EQ(wanted.placed, decisions[i].choice.found()) << i;
        if (!wanted.placed) continue;
        ASSERT_EQ(order[wanted.node.number()], decisions[i].choice.node.number()) << i;
        ASSERT_EQ(wanted.gpus, decisions[i].choice.gpus) << i;
    }
    EXPECT_EQ(result.placed, run.placed);
    EXPECT_EQ(result.failed, run.failed());
    EXPECT_EQ(result.first_failure, first_failure);
    EXPECT_EQ(result.capacity, one_by_one.cluster().compute().count());
    EXPECT_EQ(result.allocated, replay::served_compute(one_by_one.cluster()).count());
    EXPECT_EQ(result.allocated_percent(), run.allocated_percent);
    EXPECT_EQ(result.fragmented_percent(expected.total()), run.fragmented_percent);
}

/// Replays of a trace by some variants of a policy, over seeds, loads and removed nodes.
template <class Policy> void check_what_if(const workload::workload& workload, const std::vector<Policy>& variants,
                                           request_rule rule = request_rule::as_requested) {
    const task_mix expected = workload.mix().typical(95);
    const cluster on = workload.build().value();
    const gpu::what_if_world<Policy> world{on, tasks_of(workload), variants, expected, rule};
    std::vector<replay::what_if_scenario> scenarios;
    for (std::uint32_t i = 0; i < 6; ++i) {
        replay::what_if_scenario each{.seed = 42 + i, .arriving = workload::arriving_at(700 + 200 * i, workload)};
        each.variant = i % static_cast<std::uint32_t>(variants.size());
        if (i % 3 == 2) each.nodes = replay::drawn_order::as_given;
        for (std::uint32_t n = i; i % 2 == 1 && n < on.size(); n += 5) each.removed.push_back(node_id{n});
        scenarios.push_back(each);
    }
    std::vector<std::vector<replay::what_if_decision>> decisions;
    const auto results = what_if_on_host(world, scenarios, &decisions);
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        std::vector<std::size_t> order(on.size());
        for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
        if (scenarios[i].nodes == replay::drawn_order::by_seed)
            order = workload::draw_node_order(order.size(), scenarios[i].seed);
        std::erase_if(order, [&](std::size_t n) {
            for (const node_id gone : scenarios[i].removed)
                if (gone.number() == n) return true;
            return false;
        });
        expect_as_replayed(workload, order, variants[scenarios[i].variant], scenarios[i], results[i], decisions[i],
                           expected, rule);
    }
    EXPECT_EQ(results, what_if_on_host(world, scenarios, nullptr, backwards_team{}));
    host_space in;
    const gpu::what_if_options in_one_room{.memory = 1};
    EXPECT_EQ(results, gpu::what_if(in, world, scenarios).value());
    EXPECT_EQ(results, gpu::what_if(in, world, scenarios, in_one_room).value());
    EXPECT_EQ(results, gpu::what_if(in, world, scenarios, {.bytes = false}).value());
    threads_space threads;
    EXPECT_EQ(results[0], gpu::what_if(threads, world, {scenarios[0]})->front());
}

} // namespace

TEST(what_if, replays_as_the_scan_by_fgd) {
    const workload::workload of = part_of_openb(8);
    const gpu::what_if_world<policy::fgd> world{
        of.build().value(), tasks_of(of), {policy::fgd{of.mix().typical(95)}}, of.mix()};
    EXPECT_TRUE(world.scores_in_bytes());
    check_what_if(of, std::vector{policy::fgd{of.mix().typical(95)}, policy::fgd{of.mix().typical(50)}});
}

TEST(what_if, replays_as_the_scan_by_weights_that_differ) {
    std::vector<decltype(0.5 * policy::binpack{} + 0.5 * policy::best_fit{})> variants;
    for (const double weight : {0.1, 0.5, 0.9})
        variants.push_back(weight * policy::binpack{} + (1 - weight) * policy::best_fit{});
    check_what_if(part_of_openb(8), variants);
}

TEST(what_if, replays_as_the_scan_where_slices_are_rounded_up) {
    check_what_if(part_of_openb(8), std::vector{dialect::kubernetes_default{}}, request_rule::whole_gpus);
}

// All of openb, as gpupack-replay runs it.
TEST(what_if, replays_openb) {
    const workload::workload of = workload::openb();
    const auto by = policy::node_then_gpus(policy::best_fit{}, policy::gpu_best_fit{});
    const task_mix expected = of.mix().typical(95);
    const cluster on = of.build().value();
    const gpu::what_if_world world{on, tasks_of(of), std::vector{by}, expected};
    for (std::uint64_t seed = 42; seed < 44; ++seed) {
        const replay::what_if_scenario request{.seed = seed, .arriving = workload::arriving_at(1300, of)};
        std::vector<std::vector<replay::what_if_decision>> decisions;
        const auto results = what_if_on_host(world, {request}, &decisions);
        expect_as_replayed(of, workload::draw_node_order(on.size(), seed), by, request, results[0], decisions[0],
                           expected);
    }
}

// So many placements on few nodes that the log of changes is full again and again, and shapes that come rarely.
TEST(what_if, starts_its_log_again_when_it_is_full) {
    const cluster on = cluster_builder{}.add_nodes(5, {64_cores, 64_GiB, {4, models::t4}}).build().value();
    random_stream random{42};
    for (int round = 0; round < 20; ++round) {
        std::vector<request> tasks;
        for (int i = 0; i < 400; ++i) {
            const auto rare = static_cast<int>(random.below(60));
            const milli_gpu compute{rare < 6 ? 100 + 100 * rare : 20};
            tasks.push_back({.gpus = 1, .share = slice{.memory = {}, .compute = compute}});
        }
        const policy::best_fit by;
        const gpu::what_if_world world{on, tasks, std::vector{by}, task_mix{}};
        std::vector<std::vector<replay::what_if_decision>> decisions;
        const auto results = what_if_on_host(
            world, {{.tasks = replay::drawn_order::as_given, .nodes = replay::drawn_order::as_given}}, &decisions);
        EXPECT_GT(results[0].placed, 3 * (8 * on.size() + 1));
        std::vector<selection> choices;
        for (const replay::what_if_decision& each : decisions[0]) choices.push_back(each.choice);
        ASSERT_TRUE(as_one_by_one<search::scan>(on, by, tasks, choices)) << round;
    }
}

TEST(what_if, of_no_scenario_tells_nothing) {
    const drawn_batch drawn = drawn_batch::from(3, 9);
    const gpu::what_if_world world{drawn.cluster, drawn.requests, std::vector{policy::best_fit{}}, drawn.mix};
    host_space in;
    EXPECT_TRUE(gpu::what_if(in, world, {}).value().empty());
}

TEST(what_if, counts_what_is_placed_already) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const drawn_batch drawn = drawn_batch::from(seed, 40);
        const policy::best_fit by;
        const gpu::what_if_world world{drawn.cluster, drawn.requests, std::vector{by}, drawn.mix};
        const replay::what_if_scenario request{.tasks = replay::drawn_order::as_given,
                                               .nodes = replay::drawn_order::as_given};
        std::vector<std::vector<replay::what_if_decision>> decisions;
        const auto results = what_if_on_host(world, {request}, &decisions);
        std::vector<selection> choices;
        for (const replay::what_if_decision& each : decisions[0]) choices.push_back(each.choice);
        ASSERT_TRUE(as_one_by_one<search::scan>(drawn.cluster, by, drawn.requests, choices)) << seed;
        cluster after = drawn.cluster;
        (void)plan::commit_batch(after, drawn.requests, choices);
        EXPECT_EQ(results[0].allocated, replay::served_compute(after).count());
    }
}
