// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/rank_falls.hpp>

#include <gpupack/gpu/bulk.hpp>
#include <gpupack/gpu/detail/fall_blocks.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/search/scan.hpp>

#include "gpu/alike_nodes.hpp"
#include "gpu/host_space.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

TEST(rank_falls, finds_what_the_scan_finds) {
    int fitting = 0;
    int narrow = 0;
    const auto address = [](const auto& entries) { return entries.data(); };
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        random_history history{seed};
        const cluster cluster = cluster_of_alike_gpus(history);
        task_mix mix;
        const auto one_of_five_names_a_model = [&](request drawn) {
            if (drawn.gpus > 0 && history.below(5) == 0) drawn.models = cluster.types()[history.below(2)].models;
            return drawn;
        };
        const std::uint64_t most = seed % 2 == 0 ? 50 : 16'000; // sums of 32 or 64 bits
        for (int i = 0; i < 12; ++i)
            mix.add(one_of_five_names_a_model(simple_request(history)),
                    1 + static_cast<std::int64_t>(history.below(most)));
        const policy::fgd fgd{mix};
        std::vector<request> requests;
        for (int i = 0; i < (seed % 3 == 0 ? 150 : 20); ++i)
            requests.push_back(one_of_five_names_a_model(simple_request(history)));
        host_space space;
        gpu::resident_cluster resident{space, cluster};
        const auto shapes = gpu::upload_requests(resident, cluster, fgd, requests).value();
        const policy::fragmentation_table table{mix};
        const auto found = gpu::detail::rank_by_falls(resident, cluster, table.view(), requests, shapes);
        ASSERT_TRUE(found) << seed;
        narrow += gpu::detail::fall_blocks{cluster.types(), table.view(), requests}.view(address).is_narrow ? 1 : 0;
        for (std::size_t r = 0; r < requests.size(); ++r) {
            const policy::decision decision{cluster, requests[r]};
            const auto expected = search::scan::searcher{}.find(fgd, decision);
            ASSERT_EQ((*found)[r].found(), expected.has_value()) << seed;
            if (!expected) continue;
            ++fitting;
            ASSERT_EQ((*found)[r].node, expected->node) << seed << ", request " << r;
            ASSERT_EQ((*found)[r].score,
                      policy::node_score(fgd.prepare(decision), cluster[expected->node], requests[r]));
        }
    }
    EXPECT_GT(fitting, 1000);
    EXPECT_GT(narrow, 10);
    EXPECT_LT(narrow, 30);
}

TEST(rank_falls, leaves_what_it_cannot_sum_up_to_others) {
    task_mix by_memory;
    by_memory.add({.gpus = 1, .share = slice{.memory = 4_GiB, .compute = {}}}, 1);
    task_mix by_compute;
    by_compute.add({.gpus = 1}, 1);
    random_history history{1};
    const cluster cluster = cluster_of_alike_gpus(history);
    EXPECT_FALSE(gpu::detail::falls_are_summed(cluster.types(), policy::fragmentation_table{by_memory}.view()));
    EXPECT_TRUE(gpu::detail::falls_are_summed(cluster.types(), policy::fragmentation_table{by_compute}.view()));
    EXPECT_TRUE(
        gpu::detail::glances_of(cluster.types(), {.gpus = 1, .share = slice{.memory = 4_GiB, .compute = {}}}).empty());
    EXPECT_FALSE(gpu::detail::glances_of(cluster.types(), {.gpus = 1}).empty());
}
