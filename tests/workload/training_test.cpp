// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/training.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/replay/come_and_go.hpp>
#include <gpupack/search/indexed.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(training, is_of_jobs_up_to_512_gpus_that_fit_an_empty_cluster) {
    for (const std::string& name : workload::training_names()) {
        const auto of = workload::make_training(name).value();
        EXPECT_EQ(of.name, name);
        EXPECT_EQ(of.capacity, static_cast<std::int64_t>(of.on.gpu_count()));
        EXPECT_GT(of.on.domains().size(), 10U);
        EXPECT_EQ(of.kinds.front().size, 1);
        EXPECT_EQ(of.kinds.back().size, 512);
        for (const workload::synthetic_kind& kind : of.kinds) {
            EXPECT_EQ(kind.size, std::int64_t{kind.members} * kind.request.gpus) << name << kind.name;
            const gang all{.parts = {{kind.request, kind.members}}};
            EXPECT_TRUE(plan::plan_gang(of.on, policy::best_fit{}, all)) << name << " " << kind.name;
        }
    }
    EXPECT_FALSE(workload::make_training("training"));
}

// What the figures in docs/locality.md show over 20 seeds, over three: with the same nodes, or choosing them too,
// more tasks are on their best set.
TEST(training, is_placed_closer_together_by_preserving_links) {
    for (const std::string& name : workload::training_names()) {
        const auto of = workload::make_training(name).value();
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            const auto visits = replay::draw_visits(of, seed, 900, 30);
            const auto on_best = [&](const auto& policy) {
                scheduler by{of.on, policy, search::indexed{}};
                return replay::run_visits(by, of, visits).all_places().on_best;
            };
            const auto effort = on_best(node_then_gpus(policy::best_fit{}, dialect::gpuallocator_best_effort{}));
            EXPECT_GT(on_best(node_then_gpus(policy::best_fit{}, policy::link_preserve{})), effort) << name << seed;
            EXPECT_GT(on_best(then(policy::link_preserve{}, policy::best_fit{})), effort) << name << seed;
        }
    }
}

TEST(training, is_replayed_alike_by_all_engines_and_leaves_nothing_behind) {
    const auto of = workload::make_training("training-dgx1").value();
    const auto visits = replay::draw_visits(of, 3, 1200, 14);
    const auto policy = then(policy::link_preserve{}, policy::best_fit{});
    scheduler scanning{of.on, policy};
    scheduler indexing{of.on, policy, search::indexed{}};
    const auto one = replay::run_visits(scanning, of, visits);
    const auto other = replay::run_visits(indexing, of, visits);
    EXPECT_EQ(one.placed, other.placed);
    EXPECT_EQ(one.places, other.places);
    EXPECT_GT(one.all_places().by_level.size(), 1U);
    EXPECT_LT(one.accepted_percent(), 100.0);
}
