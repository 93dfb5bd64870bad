// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/run.hpp>

#include "support/used_numbers.hpp"

#include <gpupack/core/random.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace gpupack;

namespace {

const node_spec four_gpus{16_cores, 64_GiB, {4, models::t4}};

std::vector<workload::task> drawn_tasks(std::uint64_t seed) {
    random_stream random{seed};
    const auto below = [&](std::uint64_t most) { return static_cast<std::int64_t>(random.below(most)); };
    std::vector<workload::task> tasks;
    for (int i = 0; i < 60; ++i) {
        workload::task task{.name = std::to_string(i),
                            .request = {.cpu = 1_cores, .gpus = static_cast<int>(below(5))},
                            .arrival = below(60),
                            .duration = 1 + below(30)};
        if (task.request.gpus == 1 && below(2) == 0)
            task.request.share = slice{.memory = {}, .compute = milli_gpu{100 * (1 + below(9))}};
        task.priority = below(3);
        task.members = task.request.gpus > 0 && below(6) == 0 ? 2 : 1;
        tasks.push_back(task);
    }
    return tasks;
}

} // namespace

// An id of the first generation names nothing where the number was used again: nobody may make one up.
TEST(used_numbers, decide_nothing) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        const std::vector<workload::task> tasks = drawn_tasks(seed);
        const std::vector<workload::arrival> arrivals = workload::recorded_arrivals(tasks).value();
        for (const auto order : {replay::queue_rule::overtake, replay::queue_rule::strict, replay::queue_rule::easy,
                                 replay::queue_rule::conservative, replay::queue_rule::drain})
            for (const auto victims : {replay::victim_rule::none, replay::victim_rule::least_lost}) {
                const replay::discipline queue{
                    .order = order,
                    .victims = victims,
                    .moves = order == replay::queue_rule::overtake || order == replay::queue_rule::strict ? 1 : 0};
                const auto play = [&](bool renewed) {
                    scheduler by{five_nodes(four_gpus, renewed), policy::best_fit{}, search::indexed{}};
                    return replay::run(by, tasks, arrivals,
                                       {.no_fit = replay::no_fit_rule::wait, .queue = queue, .samples_nodes = true});
                };
                const replay::result result = play(true);
                const replay::result expected = play(false);
                ASSERT_EQ(result.outcomes.size(), expected.outcomes.size());
                EXPECT_GT(result.placed, 30U);
                for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
                    EXPECT_EQ(result.outcomes[i].task, expected.outcomes[i].task);
                    EXPECT_EQ(result.outcomes[i].node.number(), expected.outcomes[i].node.number());
                    EXPECT_EQ(result.outcomes[i].gpus, expected.outcomes[i].gpus);
                    EXPECT_EQ(result.outcomes[i].decided, expected.outcomes[i].decided);
                    EXPECT_EQ(result.outcomes[i].ended, expected.outcomes[i].ended);
                }
                EXPECT_EQ(result.mean_allocated_percent, expected.mean_allocated_percent);
            }
    }
}

TEST(used_numbers, are_measured_as_any) {
    scheduler by{five_nodes(four_gpus, true), policy::best_fit{}};
    (void)by.place({.cpu = 1_cores, .gpus = 2});
    EXPECT_EQ(replay::served_compute(by.cluster()), milli_gpu{2000});
    EXPECT_EQ(replay::allocated_percent(by.cluster()), 10.0);
}
