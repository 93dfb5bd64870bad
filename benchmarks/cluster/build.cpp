// SPDX-License-Identifier: Apache-2.0
// Start-up and memory of a cluster of nodes of eight GPUs: built, copied, published to readers.
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/snapshot_feed.hpp>
#include <gpupack/topology/models.hpp>

#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <unistd.h>

namespace {

using namespace gpupack;

const node_spec eight_gpus{96_cores, 768_GiB, {8, models::a100_80gb}};

/// Bytes of the program that lie in memory: room that is reserved but never touched is not counted.
double resident_bytes() {
    std::size_t all = 0;
    std::size_t resident = 0;
    std::ifstream{"/proc/self/statm"} >> all >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

cluster build_unnamed(std::size_t nodes) {
    return cluster_builder{}.add_nodes(nodes, eight_gpus).build().value();
}

cluster build_named(std::size_t nodes) {
    cluster_builder builder;
    for (std::size_t i = 0; i < nodes; ++i) builder.add_node("node-" + std::to_string(i), eight_gpus);
    return std::move(builder).build().value();
}

template <cluster (*Build)(std::size_t)> void build(benchmark::State& state) {
    const auto nodes = static_cast<std::size_t>(state.range(0));
    double bytes = 0;
    for (auto _ : state) {
        const double before = resident_bytes();
        const cluster on = Build(nodes);
        bytes = resident_bytes() - before;
    }
    state.counters["bytes_a_node"] = bytes / static_cast<double>(nodes);
}

void publish_one_change(benchmark::State& state) {
    cluster on = build_unnamed(static_cast<std::size_t>(state.range(0)));
    snapshot_feed feed{on};
    const request request{.cpu = 1_cores, .gpus = 1};
    for (auto _ : state) {
        const placement placed = on.take(node_id{7}, gpu_set::of(0), request);
        feed.changed(on, placed.node);
        on.give_back(placed);
        benchmark::DoNotOptimize(feed.publish(on));
    }
}

BENCHMARK(build<build_unnamed>)
    ->Name("unnamed")
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(build<build_named>)
    ->Name("named")
    ->RangeMultiplier(10)
    ->Range(1000, 1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(publish_one_change)->RangeMultiplier(1000)->Range(1000, 1'000'000);

} // namespace
