// SPDX-License-Identifier: Apache-2.0
// What it costs that any_scheduler does not know the types of its policy and engine: the whole openb replay at 130 %
// under fgd, by scheduler and by any_scheduler with one policy and with three side by side, of which the first decides.
//
// Compare in one run: --benchmark_enable_random_interleaving --benchmark_repetitions=9
#include "support/openb_cluster.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

namespace {

using namespace gpupack;

constexpr std::uint64_t seed = 42;

const std::vector<workload::arrival>& arrivals() {
    static const auto drawn = workload::draw_arrivals(openb_cluster::workload(), seed, 1300);
    return drawn;
}

cluster nodes() {
    const auto& workload = openb_cluster::workload();
    return workload.build(workload::draw_node_order(workload.nodes.size(), seed)).value();
}

const policy::fgd& fgd() {
    static const policy::fgd policy{openb_cluster::workload().mix().typical(policy::fgd_typical_percent)};
    return policy;
}

/// One iteration: every decision of the replay, from an idle cluster and with nothing known.
template <class Make> void replay_all(benchmark::State& state, const Make& make) {
    for (auto _ : state) {
        state.PauseTiming();
        auto scheduler = make();
        state.ResumeTiming();
        for (const workload::arrival& each : arrivals())
            benchmark::DoNotOptimize(scheduler.try_place(openb_cluster::workload().tasks[each.task].request));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(arrivals().size()));
}

template <class Engine> void typed(benchmark::State& state) {
    replay_all(state, [] { return scheduler{nodes(), fgd(), Engine{}}; });
}

template <class Engine> void any(benchmark::State& state) {
    replay_all(state, [] { return any_scheduler{nodes(), any_policy{fgd(), Engine{}}}; });
}

template <class Engine> void any_of_three(benchmark::State& state) {
    replay_all(state, [] {
        any_scheduler scheduler{nodes(), any_policy{fgd(), Engine{}}};
        scheduler.add_policy("best-fit", any_policy{policy::best_fit{}, Engine{}});
        scheduler.add_policy("worst-fit", any_policy{policy::worst_fit{}, Engine{}});
        return scheduler;
    });
}

BENCHMARK(typed<search::indexed>)->Unit(benchmark::kMillisecond);
BENCHMARK(any<search::indexed>)->Unit(benchmark::kMillisecond);
BENCHMARK(any_of_three<search::indexed>)->Unit(benchmark::kMillisecond);
BENCHMARK(typed<search::scan>)->Unit(benchmark::kMillisecond);
BENCHMARK(any<search::scan>)->Unit(benchmark::kMillisecond);

} // namespace
