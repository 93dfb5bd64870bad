// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/place_unordered.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace gpupack;

// Never worse than in order by its goal; and the choices are placements that can be made.
TEST(place_unordered, gains_or_keeps_the_order_given) {
    std::size_t gained = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_history history{seed};
        const cluster cluster = history.used_cluster();
        std::vector<request> requests;
        for (std::uint64_t n = history.below(120); n > 0; --n) requests.push_back(history.any_request(cluster));
        const auto as_given = plan::place_batch(cluster, policy::best_fit{}, requests);
        for (const plan::batch_goal goal : {plan::batch_goal::compute, plan::batch_goal::tasks}) {
            const auto batch = plan::place_unordered(cluster, policy::best_fit{}, requests, goal);
            ASSERT_EQ(batch.as_given, plan::total_of(requests, as_given)) << seed;
            ASSERT_EQ(batch.total, plan::total_of(requests, batch.choices)) << seed;
            ASSERT_FALSE(batch.as_given.beats(batch.total, goal)) << seed;
            gained += batch.total.beats(batch.as_given, goal) ? 1U : 0U;
            if (batch.order == plan::batch_order::as_given) {
                ASSERT_EQ(batch.choices, as_given) << seed;
            }
            gpupack::cluster committed = cluster;
            const auto placed = plan::commit_batch(committed, requests, batch);
            ASSERT_EQ(std::count_if(placed.begin(), placed.end(), [](const auto& each) { return each.has_value(); }),
                      batch.total.tasks);
        }
    }
    EXPECT_GT(gained, 20U);
}

// What docs/batches.md says of openb.
TEST(place_unordered, gains_on_openb) {
    const workload::workload openb = workload::openb();
    const cluster cluster = openb.build(workload::draw_node_order(openb.nodes.size(), 42)).value();
    std::vector<request> requests;
    for (const workload::arrival& each : workload::draw_arrivals(openb, 42, 1300))
        requests.push_back(openb.tasks[each.task].request);
    const policy::fgd policy{openb.mix().typical(95)};
    const auto compute = plan::place_unordered(cluster, policy, requests, plan::batch_goal::compute);
    EXPECT_GT(100 * compute.total.compute, 102 * compute.as_given.compute);
    const auto tasks = plan::place_unordered(cluster, policy, requests, plan::batch_goal::tasks);
    EXPECT_EQ(tasks.order, plan::batch_order::smallest);
    EXPECT_GT(100 * tasks.total.tasks, 102 * tasks.as_given.tasks);
}
