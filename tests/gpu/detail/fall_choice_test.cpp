// SPDX-License-Identifier: Apache-2.0
#include <gpupack/gpu/detail/fall_choice.hpp>

#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/request/task_mix.hpp>

#include "gpu/alike_nodes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

using namespace gpupack;

namespace {

/// The table of fall_glances, read where it stands.
gpu::detail::fall_glances glances_in(const gpu::detail::fall_glance_table& table) {
    return table.view([](const auto& entries) { return entries.data(); });
}

} // namespace

TEST(fall_choice, chooses_what_the_policy_chooses_on_each_node) {
    int fitting = 0;
    int slices = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_history history{seed};
        const cluster cluster = cluster_of_alike_gpus(history);
        task_mix mix;
        std::vector<request> requests;
        for (int i = 0; i < 12; ++i) mix.add(simple_request(history), 1 + static_cast<std::int64_t>(history.below(50)));
        for (int i = 0; i < 12; ++i) requests.push_back(simple_request(history));
        const policy::fgd fgd{mix};
        const policy::fragmentation_table measure{mix};
        const gpu::detail::fall_glance_table table{cluster.types(), requests, measure.view()};
        ASSERT_TRUE(table.decides_all()) << seed;
        for (std::uint32_t r = 0; r < requests.size(); ++r) {
            const auto scorer = fgd.prepare(policy::decision{cluster, requests[r], 0});
            for (std::uint32_t n = 0; n < cluster.size(); ++n) {
                const node_view node = cluster[node_id{n}];
                const node_row row = cluster.row(node_id{n});
                const auto choice = gpu::detail::choice_by_fall(node, row.state, requests[r],
                                                                glances_in(table).of_class(r)[row.type], scorer);
                ASSERT_EQ(choice.score > 0, fit::fits(node, requests[r]))
                    << seed << ", request " << r << ", node " << n;
                if (choice.score == 0) continue;
                const auto expected = policy::best_choice(scorer, node, requests[r]);
                ASSERT_EQ(policy::score{choice.score} - 1, expected.score)
                    << seed << ", request " << r << ", node " << n;
                ASSERT_EQ(choice.gpus, expected.gpus) << seed << ", request " << r << ", node " << n;
                ++fitting;
                slices += requests[r].share.way() == sharing::slices ? 1 : 0;
            }
        }
    }
    EXPECT_GT(fitting, 10'000);
    EXPECT_GT(slices, 3'000);
}

TEST(fall_choice, decides_on_no_class_whose_gpus_must_be_looked_at) {
    random_history history{1};
    const cluster cluster = cluster_of_alike_gpus(history);
    task_mix mix;
    mix.add({.gpus = 1}, 1);
    const std::vector<request> requests{{.gpus = 1, .share = slice{.memory = 4_GiB, .compute = {}}},
                                        {.gpus = 2},
                                        {.gpus = 2, .numa = numa_alignment::best_effort}};
    const gpu::detail::fall_glance_table table{cluster.types(), requests, policy::fragmentation_table{mix}.view()};
    EXPECT_FALSE(table.decides_all());
    EXPECT_EQ(glances_in(table).of_class(0), nullptr);
    EXPECT_NE(glances_in(table).of_class(1), nullptr);
    EXPECT_EQ(glances_in(table).of_class(2), nullptr);
}
