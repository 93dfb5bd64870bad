// SPDX-License-Identifier: Apache-2.0
// A cluster that lives: nodes that come and go under an indexed engine in use, and placements restored from records.
#include "support/openb_cluster.hpp"

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/state/placement_record.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace gpupack;

/// One node comes, a task is placed, and the node goes; each iteration.
void add_and_remove(benchmark::State& state) {
    auto used = openb_cluster::filled(static_cast<std::size_t>(state.range(0)), policy::best_fit{}, 50);
    scheduler by{std::move(used.on), policy::best_fit{}, search::indexed{}};
    openb_cluster::arrivals tasks{7};
    const auto& shapes = openb_cluster::workload().nodes;
    std::size_t number = 0;
    for (auto _ : state) {
        const auto added = by.add_node("n" + std::to_string(number), shapes[number % shapes.size()].spec);
        ++number;
        const auto placed = by.try_place(tasks.next());
        (void)by.remove_node(*added);
        if (placed) (void)by.try_release(*placed);
    }
}

/// A record of a slice, found by the name of its node.
void restore_records(benchmark::State& state) {
    constexpr int nodes = 20'000;
    cluster_builder builder;
    for (int n = 0; n < nodes; ++n)
        builder.add_node("node-" + std::to_string(n),
                         {.cpu = milli_cpu{2'000'000}, .memory = 64_GiB, .gpus = {8, gpu_model{"X", 80_GiB}}});
    const cluster idle = std::move(builder).build().value();
    std::vector<placement_record> records;
    for (int i = 0; i < static_cast<int>(state.range(0)); ++i) {
        placement_record record{.task = "t" + std::to_string(i),
                                .node = "node-" + std::to_string(i % nodes),
                                .gpus = gpu_set::of(i / nodes % 8)};
        record.cpu = milli_cpu{1};
        record.way = sharing::slices;
        record.compute = milli_gpu{10};
        records.push_back(std::move(record));
    }
    for (auto _ : state) {
        state.PauseTiming();
        cluster on = idle;
        state.ResumeTiming();
        for (const placement_record& each : records)
            if (!restore(on, each)) state.SkipWithError("a record was refused");
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(add_and_remove)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(restore_records)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

} // namespace
