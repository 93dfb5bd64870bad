// SPDX-License-Identifier: Apache-2.0
// Latency of a release by cluster size.
#include "support/openb_cluster.hpp"

#include <gpupack/policy/fgd.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace gpupack;

/// One iteration: five hundred placements leave, one at random after the other.
void release(benchmark::State& state) {
    const policy::fgd by{openb_cluster::workload().mix().typical(95)};
    const auto from = openb_cluster::filled(static_cast<std::size_t>(state.range(0)), by, 60);
    constexpr std::size_t leaving = 500;
    for (auto _ : state) {
        state.PauseTiming();
        scheduler scheduler{from.on, by, search::indexed{}};
        std::vector<placement> live = from.live;
        random_stream random{3};
        shuffle(live, random);
        state.ResumeTiming();
        for (std::size_t i = 0; i < leaving; ++i) scheduler.release(live[i]);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(leaving));
}

BENCHMARK(release)->RangeMultiplier(10)->Range(1000, 100'000);

} // namespace
