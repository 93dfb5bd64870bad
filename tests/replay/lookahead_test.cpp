// SPDX-License-Identifier: Apache-2.0
// What docs/lookahead.md says of the built-in workload, on three of its seeds.
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/lookahead.hpp>

#include <gpupack/workload/arrivals.hpp>
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

TEST(lookahead, leaves_less_idle_than_fgd_and_starves_no_size) {
    const workload::workload workload = workload::openb();
    end_state fgd;
    end_state ours;
    for (std::uint64_t seed = 42; seed < 45; ++seed) {
        add_end(fgd, workload, policy::fgd{workload.mix().typical(95)}, seed);
        add_end(ours, workload, policy::lookahead{workload.mix()}, seed);
    }
    EXPECT_LT(ours.idle, 0.85 * fgd.idle);
    for (const std::size_t gpus : {0U, 1U, 8U})
        EXPECT_LE(100.0 * static_cast<double>(ours.failed[gpus]),
                  100.0 * static_cast<double>(fgd.failed[gpus]) + 2.0 * static_cast<double>(fgd.came[gpus]))
            << gpus << " GPUs";
}
