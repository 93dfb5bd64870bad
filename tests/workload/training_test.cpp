// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/training.hpp>

#include <gpupack/plan/plan_gang.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/replay/class_counts.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/workload/poisson.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

TEST(training, is_of_jobs_up_to_512_gpus_that_fit_an_empty_cluster) {
    for (const std::string& name : workload::training_names()) {
        const auto of = workload::make_training(name).value();
        const cluster empty = of.build().value();
        EXPECT_EQ(of.name, name);
        EXPECT_EQ(of.capacity, static_cast<std::int64_t>(empty.gpu_count()));
        EXPECT_GT(empty.domains().size(), 10U);
        EXPECT_EQ(of.tasks.front().size, 1);
        EXPECT_EQ(of.tasks.back().size, 512);
        for (const workload::task& task : of.tasks) {
            EXPECT_EQ(task.size, std::int64_t{task.members} * task.request.gpus) << name << task.name;
            const gang all{.parts = {{task.request, task.members}}};
            EXPECT_TRUE(plan::plan_gang(empty, policy::best_fit{}, all)) << name << " " << task.name;
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
            const auto arrivals = workload::draw_poisson_arrivals(of, seed, 900, 30);
            const auto on_best = [&](const auto& policy) {
                scheduler by{of.build().value(), policy, search::indexed{}};
                const auto replayed = replay::run(by, of.tasks, arrivals);
                return replay::count_classes(by.cluster(), of.tasks, replayed, workload::warm_up)
                    .overall_locality()
                    .on_best;
            };
            const auto effort = on_best(node_then_gpus(policy::best_fit{}, dialect::gpuallocator_best_effort{}));
            EXPECT_GT(on_best(node_then_gpus(policy::best_fit{}, policy::link_preserve{})), effort) << name << seed;
            EXPECT_GT(on_best(then(policy::link_preserve{}, policy::best_fit{})), effort) << name << seed;
        }
    }
}

TEST(training, is_replayed_alike_by_all_engines_and_leaves_nothing_behind) {
    const auto of = workload::make_training("training-dgx1").value();
    const auto arrivals = workload::draw_poisson_arrivals(of, 3, 1200, 14);
    const auto policy = then(policy::link_preserve{}, policy::best_fit{});
    scheduler scanning{of.build().value(), policy};
    scheduler indexing{of.build().value(), policy, search::indexed{}};
    const auto counted = [&](auto& placing) {
        const auto replayed = replay::run(placing, of.tasks, arrivals);
        return replay::count_classes(placing.cluster(), of.tasks, replayed, workload::warm_up);
    };
    const auto one = counted(scanning);
    const auto other = counted(indexing);
    EXPECT_EQ(one.placed, other.placed);
    EXPECT_EQ(one.localities, other.localities);
    EXPECT_GT(one.overall_locality().by_level.size(), 1U);
    EXPECT_LT(one.accepted_percent(), 100.0);
}
