// SPDX-License-Identifier: Apache-2.0
// 1,000 replays of openb at load 1.3 under fgd, one a seed, all at once.
#include "measure.cuh"

#include <gpupack/gpu/what_if.hpp>
#include <gpupack/replay/what_if.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/search/indexed.hpp>

#include "support/openb_cluster.hpp"

#include <atomic>
#include <cstdint>
#include <thread>

namespace cuda_benchmark {
namespace {

using namespace gpupack;

/// Seconds that the indexed engine takes for the scenarios, one a thread on all cores.
double on_all_cores(const policy::fgd& policy, const task_mix& expected,
                    const std::vector<gpupack::replay::what_if_scenario>& scenarios) {
    const workload::workload& openb = openb_cluster::workload();
    const policy::fragmentation_table table{expected};
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t s = next++; s < scenarios.size(); s = next++) {
            const auto order = gpupack::replay::nodes_of(scenarios[s], openb.nodes.size());
            (void)gpupack::replay::what_if(search::indexed{}, openb.build(order).value(), policy, openb.tasks,
                                           table.view(), scenarios[s]);
        }
    };
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < std::thread::hardware_concurrency(); ++t) threads.emplace_back(work);
    for (std::thread& each : threads) each.join();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    return taken.count();
}

} // namespace

std::vector<figure> measure_what_if(const setting& in) {
    constexpr std::uint64_t replays = 1000;
    constexpr int repeats = 3;
    const workload::workload& openb = openb_cluster::workload();
    const task_mix expected = openb.mix().typical(95);
    const policy::fgd by{expected};
    const cluster on = openb.build().value();
    std::vector<request> tasks;
    for (const workload::task& task : openb.tasks) tasks.push_back(task.request);
    const gpupack::gpu::what_if_world world{on, tasks, std::vector{by}, expected};
    std::vector<gpupack::replay::what_if_scenario> scenarios;
    for (std::uint64_t s = 0; s < replays; ++s)
        scenarios.push_back({.seed = 42 + s, .arriving = workload::arriving_at(1300, openb)});
    bool failed = false;
    const double seconds =
        wall_seconds(repeats, [&] { failed |= !gpupack::gpu::what_if(in.on, world, scenarios).has_value(); });
    if (failed) return {};
    return {{"1,000 replays of openb at load 1.3, fgd",
             seconds,
             repeats,
             0,
             "latency, counted in docs/batches.md",
             {{"indexed engine over all cores", on_all_cores(by, expected, scenarios)}}}};
}

} // namespace cuda_benchmark
