// SPDX-License-Identifier: Apache-2.0
// What docs/lookahead.md says of the built-in workload, on some seeds.
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/policy/lookahead_fill.hpp>

#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/gpu_sizes.hpp>
#include <gpupack/workload/steady_arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// Unallocated GPUs in percent at the end, and of tasks of 0, 1, 2, ... GPUs (a slice counts as 1) those that failed.
struct end_state {
    double idle = 0;
    std::size_t came[9] = {};
    std::size_t failed[9] = {};
};

template <class Policy>
void add_end(end_state& state, const workload::workload& workload, const Policy& policy, std::uint64_t seed) {
    scheduler scheduler{workload.build(workload::draw_node_order(workload.nodes.size(), seed)).value(), policy,
                        search::indexed{}};
    const auto result = replay::run(scheduler, workload.tasks, workload::draw_arrivals(workload, seed, 1300));
    state.idle += 100 - result.allocated_percent;
    for (const replay::outcome& each : result.outcomes) {
        const auto gpus = static_cast<std::size_t>(workload.tasks[each.task].request.gpus);
        ++state.came[gpus];
        state.failed[gpus] += each.placed ? 0U : 1U;
    }
}

} // namespace

TEST(lookahead, leaves_less_idle_than_fgd_and_starves_no_size_where_tasks_stay) {
    const workload::workload workload = workload::openb();
    end_state fgd;
    end_state fill;
    end_state ours;
    for (std::uint64_t seed = 42; seed < 45; ++seed) {
        add_end(fgd, workload, policy::fgd{workload.mix().typical(95)}, seed);
        add_end(fill, workload, policy::lookahead_fill{workload.mix()}, seed);
        add_end(ours, workload, policy::lookahead{workload.mix(), {.tasks_leave = false}}, seed);
    }
    EXPECT_LT(fill.idle, 0.85 * fgd.idle);
    EXPECT_LT(ours.idle, 0.85 * fgd.idle);
    for (const end_state* each : {&fill, &ours})
        for (const std::size_t gpus : {0U, 1U, 8U})
            EXPECT_LE(100.0 * static_cast<double>(each->failed[gpus]),
                      100.0 * static_cast<double>(fgd.failed[gpus]) + 2.0 * static_cast<double>(fgd.came[gpus]))
                << gpus << " GPUs";
}

TEST(lookahead, places_as_lookahead_fill_where_it_is_told_that_nothing_leaves) {
    const workload::workload workload = workload::openb();
    const auto arrivals = workload::draw_arrivals(workload, 42, 1300);
    const auto outcomes_under = [&](const auto& policy) {
        scheduler scheduler{workload.build().value(), policy, search::indexed{}};
        return replay::run(scheduler, workload.tasks, arrivals).outcomes;
    };
    const auto fill = outcomes_under(policy::lookahead_fill{workload.mix()});
    const auto told = outcomes_under(policy::lookahead{workload.mix(), {.tasks_leave = false}});
    const auto untold = outcomes_under(policy::lookahead{workload.mix()});
    ASSERT_EQ(told.size(), fill.size());
    ASSERT_GT(told.size(), 8'000U);
    std::size_t elsewhere = 0;
    for (std::size_t i = 0; i < told.size(); ++i) {
        ASSERT_EQ(told[i].node, fill[i].node) << i;
        ASSERT_EQ(told[i].gpus, fill[i].gpus) << i;
        elsewhere += untold[i].node == fill[i].node ? 0U : 1U;
    }
    EXPECT_GT(elsewhere, told.size() / 4);
}

TEST(lookahead, has_more_in_use_than_fgd_where_tasks_leave) {
    // Every third node, as the whole cluster takes a minute without optimisation.
    workload::workload workload = workload::openb();
    std::vector<workload::node> third;
    for (std::size_t n = 0; n < workload.nodes.size(); n += 3) third.push_back(workload.nodes[n]);
    workload.nodes = third;
    workload::fill_gpu_sizes(workload);
    double difference = 0;
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        const auto arrivals = workload::draw_steady_arrivals(workload, seed, {.load = 900, .length = 5}).value();
        const auto in_use = [&](const auto& policy) {
            scheduler scheduler{workload.build().value(), policy, search::indexed{}};
            const replay::options options{.measure_from = workload::mean_duration};
            return replay::run(scheduler, workload.tasks, arrivals, options).mean_allocated_percent;
        };
        difference += in_use(policy::lookahead{workload.mix()}) - in_use(policy::fgd{workload.mix().typical(95)});
    }
    EXPECT_GT(difference / 2, 0.1);
}
