// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/rank_falls.hpp>

#include <gpupack/gpu/bulk.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

/// A request without GPUs, for whole ones, or for a slice of compute.
request simple_request(random_history& history) {
    request drawn{.cpu = milli_cpu{static_cast<std::int64_t>(1000 * history.below(9))}};
    switch (history.below(4)) {
    case 0: break;
    case 1: drawn.gpus = static_cast<std::int32_t>(1 + history.below(8)); break;
    default:
        drawn.gpus = 1;
        drawn.share = slice{.memory = {}, .compute = milli_gpu{static_cast<std::int64_t>(100 * (1 + history.below(9)))}};
    }
    return drawn;
}

/// Nodes whose GPUs are alike, in many states.
cluster drawn_cluster(random_history& history) {
    scheduler scheduler{cluster_builder{}
                            .add_nodes(40, {.cpu = milli_cpu{64'000}, .memory = mebibytes{65'536}, .gpus = {4, models::t4}})
                            .add_nodes(30, {.cpu = milli_cpu{32'000}, .memory = mebibytes{65'536}, .gpus = {8, models::a30}})
                            .add_nodes(9, {.cpu = milli_cpu{3'000}, .memory = mebibytes{1'000}})
                            .build()
                            .value(),
                        policy::node_then_gpus(policy::random{5}, policy::gpu_random{6})};
    for (int i = 0; i < 160; ++i) (void)scheduler.try_place(simple_request(history));
    scheduler.set_closed(node_id{static_cast<std::uint32_t>(history.below(70))}, true);
    return scheduler.cluster();
}

} // namespace

TEST(rank_falls, finds_what_the_scan_finds) {
    int fitting = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        random_history history{seed};
        const cluster cluster = drawn_cluster(history);
        task_mix mix;
        const auto one_of_five_names_a_model = [&](request drawn) {
            if (drawn.gpus > 0 && history.below(5) == 0) drawn.models = cluster.types()[history.below(2)].models;
            return drawn;
        };
        for (int i = 0; i < 12; ++i) mix.add(one_of_five_names_a_model(simple_request(history)), 1 + history.below(50));
        const policy::fgd fgd{mix};
        std::vector<request> requests;
        for (int i = 0; i < 20; ++i) requests.push_back(one_of_five_names_a_model(simple_request(history)));
        host_space space;
        gpu::resident_cluster resident{space, cluster};
        const auto shapes = gpu::upload_requests(resident, cluster, fgd, requests).value();
        const policy::fragmentation_table table{mix};
        const auto found = gpu::detail::rank_by_falls(resident, cluster, table.view(), requests, shapes);
        ASSERT_TRUE(found) << seed;
        for (std::size_t r = 0; r < requests.size(); ++r) {
            const policy::decision decision{cluster, requests[r]};
            const auto expected = search::scan::searcher{}.find(fgd, decision);
            ASSERT_EQ((*found)[r].found(), expected.has_value()) << seed;
            if (!expected) continue;
            ++fitting;
            ASSERT_EQ((*found)[r].node, expected->node) << seed << ", request " << r;
            ASSERT_EQ((*found)[r].score, policy::node_score(fgd.prepare(decision), cluster[expected->node], requests[r]));
        }
    }
    EXPECT_GT(fitting, 400);
}

TEST(rank_falls, leaves_what_it_cannot_sum_up_to_others) {
    task_mix by_memory;
    by_memory.add({.gpus = 1, .share = slice{.memory = 4_GiB, .compute = {}}}, 1);
    task_mix by_compute;
    by_compute.add({.gpus = 1}, 1);
    random_history history{1};
    const cluster cluster = drawn_cluster(history);
    EXPECT_FALSE(gpu::detail::falls_are_summed(cluster.types(), policy::fragmentation_table{by_memory}.view()));
    EXPECT_TRUE(gpu::detail::falls_are_summed(cluster.types(), policy::fragmentation_table{by_compute}.view()));
    EXPECT_TRUE(gpu::detail::glances_of(cluster.types(), {.gpus = 1, .share = slice{.memory = 4_GiB, .compute = {}}}).empty());
    EXPECT_FALSE(gpu::detail::glances_of(cluster.types(), {.gpus = 1}).empty());
}
