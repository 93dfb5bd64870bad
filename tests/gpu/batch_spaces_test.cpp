// SPDX-License-Identifier: Apache-2.0
// Batches and what-if replays in each space, a loop on the host and a GPU, from this one source.
#include "support/test_space.hpp"

#include <gpupack/gpu/batch.hpp>
#include <gpupack/gpu/what_if.hpp>
#include <gpupack/plan/place_unordered.hpp>
#include <gpupack/policy/lookahead.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/search/indexed.hpp>

#include "gpu/batch_support.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

using namespace gpupack;
namespace gpu = gpupack::gpu; // libcu++ has a namespace cuda of its own

namespace {

/// Holds batches in the space to the scan on random clusters. make(mix, seed) is the policy.
template <class MakePolicy> void check_in_space(const MakePolicy& make) {
    const auto in = test::open_space();
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const drawn_batch drawn = drawn_batch::from(seed, 120);
        const auto by = make(drawn.mix, seed);
        gpu::resident_cluster there{*in, drawn.cluster};
        const gpu::batch_options tight{.tree_bytes = 150 * (1 + seed % 7)};
        const auto choices = gpu::place_batch(there, drawn.cluster, by, drawn.requests, tight).value();
        ASSERT_TRUE(as_one_by_one<search::scan>(drawn.cluster, by, drawn.requests, choices)) << seed;
    }
}

auto packing() {
    return policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{});
}

} // namespace

TEST(batch_spaces, place_as_the_scan) {
    check_in_space([](const task_mix&, std::uint64_t) { return packing(); });
    check_in_space([](const task_mix& mix, std::uint64_t) { return policy::fgd{mix}; });
}

TEST(batch_spaces, place_as_the_scan_by_what_looks_at_the_whole_cluster) {
    check_in_space([](const task_mix& mix, std::uint64_t) { return policy::mig_scarcity{mix}; });
    check_in_space([](const task_mix& mix, std::uint64_t) { return policy::lookahead{mix}; });
    check_in_space([](const task_mix&, std::uint64_t seed) {
        return policy::node_then_gpus(policy::random{seed}, policy::gpu_random{seed});
    });
}

TEST(batch_spaces, place_nothing_in_an_empty_cluster) {
    const cluster empty = cluster_builder{}.build().value();
    const auto space = test::open_space();
    gpu::resident_cluster resident{*space, empty};
    const std::vector<request> requests(3, request{.gpus = 1});
    const auto expect_none = [&](const auto& policy) {
        const auto choices = gpu::place_batch(resident, empty, policy, requests);
        ASSERT_TRUE(choices) << choices.error();
        EXPECT_EQ(*choices, std::vector<selection>(3));
    };
    expect_none(packing());
    expect_none(policy::node_then_gpus(policy::random{1}, policy::gpu_random{2}));
    expect_none(policy::mig_scarcity{task_mix{}});
}

TEST(batch_spaces, replay_where_no_node_is_left) {
    const drawn_batch drawn = drawn_batch::from(3, 60);
    const gpu::what_if_world world{drawn.cluster, drawn.requests, std::vector{policy::best_fit{}}, drawn.mix};
    replay::what_if_scenario scenario{.seed = 1, .arriving = 50'000};
    for (std::uint32_t n = 0; n < drawn.cluster.size(); ++n) scenario.removed.push_back(node_id{n});
    const auto space = test::open_space();
    const auto results = gpu::what_if(*space, world, {scenario});
    ASSERT_TRUE(results) << results.error();
    EXPECT_EQ(results->front().placed, 0U);
    EXPECT_GT(results->front().failed, 0U);
}

TEST(batch_spaces, place_openb) {
    const workload::workload openb = workload::openb();
    const cluster on = openb.build(workload::draw_node_order(openb.nodes.size(), 42)).value();
    std::vector<request> request;
    for (const workload::arrival& each : workload::draw_arrivals(openb, 42, 1300))
        request.push_back(openb.tasks[each.task].request);
    const policy::fgd by{openb.mix().typical(95)};
    const auto in = test::open_space();
    gpu::resident_cluster there{*in, on};
    EXPECT_TRUE(as_one_by_one<search::indexed>(on, by, request, gpu::place_batch(there, on, by, request).value()));
}

TEST(batch_spaces, find_the_order_that_the_host_finds) {
    const auto in = test::open_space();
    const drawn_batch drawn = drawn_batch::from(7, 120);
    gpu::resident_cluster there{*in, drawn.cluster};
    plan::order_search search{drawn.cluster, drawn.requests, plan::batch_goal::compute};
    for (const plan::batch_order order : plan::batch_orders)
        search.offer(order, gpu::place_batch(there, drawn.cluster, packing(), search.sorted(order)).value());
    const plan::unordered_batch& here = search.best();
    const auto expected = plan::place_unordered(drawn.cluster, packing(), drawn.requests);
    EXPECT_EQ(here.order, expected.order);
    EXPECT_EQ(here.choices, expected.choices);
}

TEST(batch_spaces, replay_as_the_host) {
    const workload::workload openb = workload::openb();
    const task_mix expected = openb.mix().typical(95);
    const cluster on = openb.build().value();
    std::vector<request> tasks;
    for (const workload::task& task : openb.tasks) tasks.push_back(task.request);
    const gpu::what_if_world world{on, tasks, std::vector{policy::fgd{expected}}, expected};
    std::vector<replay::what_if_scenario> scenarios;
    for (std::uint32_t i = 0; i < 3; ++i) {
        scenarios.push_back({.seed = 42 + i, .arriving = workload::arriving_at(500 + 400 * i, openb)});
        if (i == 1) scenarios.back().removed = {node_id{3}, node_id{700}};
    }
    const auto in = test::open_space();
    const auto expected_results = what_if_on_host(world, scenarios);
    EXPECT_EQ(gpu::what_if(*in, world, scenarios, {.memory = std::size_t{1} << 23}).value(), expected_results);
    EXPECT_EQ(gpu::what_if(*in, world, scenarios, {.bytes = false}).value(), expected_results);
}
