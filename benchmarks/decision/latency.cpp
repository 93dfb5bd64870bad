// SPDX-License-Identifier: Apache-2.0
// Latency of a decision by engine, policy and cluster size: a task leaves, another arrives, at 60 % in use.
#include "support/openb_cluster.hpp"

#include <gpupack/presets.hpp>
#include <gpupack/search/parallel.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <string>
#include <tuple>

namespace {

using namespace gpupack;

/// The policy of a preset, as its own type.
template <std::size_t Preset> auto policy_of() {
    return std::get<Preset>(preset_rows).make({openb_cluster::workload().mix(), 42});
}

/// The filled cluster, made once: a million nodes take seconds.
template <std::size_t Preset> const openb_cluster::in_use& filled(std::size_t nodes) {
    static std::map<std::size_t, openb_cluster::in_use> made;
    const auto known = made.find(nodes);
    if (known != made.end()) return known->second;
    made.clear(); // one at a time: they are large
    return made.emplace(nodes, openb_cluster::filled(nodes, policy_of<Preset>(), 60)).first->second;
}

/// One iteration: one placement leaves at random, and one task arrives.
template <std::size_t Preset, class Engine> void decide(benchmark::State& state) {
    const auto nodes = static_cast<std::size_t>(state.range(0));
    const openb_cluster::in_use& from = filled<Preset>(nodes);
    std::vector<placement> live = from.live;
    scheduler by{from.on, policy_of<Preset>(), Engine{}};
    openb_cluster::arrivals tasks{2};
    const auto step = [&] {
        const std::size_t leaving = tasks.below(live.size());
        by.release(live[leaving]);
        if (const auto placed = by.try_place(tasks.next()))
            live[leaving] = *placed;
        else {
            live[leaving] = live.back();
            live.pop_back();
        }
    };
    if (std::is_same_v<Engine, search::indexed>) { // every shape is known, and then none has changes from before
        const task_mix mix = openb_cluster::workload().mix();
        for (const task_mix::entry& each : mix.entries())
            if (const auto placed = by.try_place(each.request)) by.release(*placed);
        for (int i = 0; i < 30'000; ++i) step();
    }
    for (auto _ : state) step();
    state.SetItemsProcessed(state.iterations());
}

/// One iteration: a cluster is filled to 50 %; the time is that of one decision among those that fill it to 60 %,
/// or of the first twenty thousand of them.
template <std::size_t Preset> void arrive(benchmark::State& state) {
    const auto by_policy = policy_of<Preset>();
    for (auto _ : state) {
        scheduler by{openb_cluster::idle(static_cast<std::size_t>(state.range(0))), by_policy, search::indexed{}};
        openb_cluster::arrivals tasks{1};
        const std::int64_t all = by.cluster().compute().count();
        while (by.cluster().compute_free().count() * 2 > all) (void)by.try_place(tasks.next());
        const auto begin = std::chrono::steady_clock::now();
        std::size_t decisions = 0;
        for (; decisions < 20'000 && by.cluster().compute_free().count() * 10 > all * 4; ++decisions)
            (void)by.try_place(tasks.next());
        const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
        state.SetIterationTime(spent.count() / static_cast<double>(decisions));
    }
}

template <std::size_t Preset, class Engine> void add(const std::string& engine, std::int64_t most_nodes) {
    const std::string name = std::string{presets[Preset].name} + "/" + engine;
    for (std::int64_t nodes = 100; nodes <= most_nodes; nodes *= 10)
        benchmark::RegisterBenchmark(name.c_str(), decide<Preset, Engine>)->Arg(nodes)->UseRealTime();
}

template <std::size_t Preset> void add_arrivals() {
    const std::string name = std::string{presets[Preset].name} + "/indexed/arrivals_only";
    for (std::int64_t nodes = 1000; nodes <= 1'000'000; nodes *= 10)
        benchmark::RegisterBenchmark(name.c_str(), arrive<Preset>)
            ->Arg(nodes)
            ->UseManualTime()
            ->Iterations(nodes < 100'000 ? 100'000 / nodes : 1);
}

template <std::size_t Preset> void add_engines() {
    add<Preset, search::indexed>("indexed", 1'000'000);
    add<Preset, search::scan>("scan", 1'000'000);
    add<Preset, search::parallel>("parallel", 1'000'000);
}

constexpr std::size_t preset(std::string_view name) {
    for (std::size_t i = 0; i < presets.size(); ++i)
        if (presets[i].name == name) return i;
    return presets.size();
}

const bool added = [] {
    add_arrivals<preset("fgd")>();
    add_engines<preset("fgd")>();
    add_engines<preset("binpack")>();
    add_engines<preset("random")>();
    return true;
}();

} // namespace
