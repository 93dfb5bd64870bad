// SPDX-License-Identifier: Apache-2.0
// The whole openb replay at 130 %, by engine; under fgd also the naive oracle of the tests.
#include "support/openb_cluster.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/presets.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/search/parallel.hpp>

#include "support/naive_fgd.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace gpupack;

constexpr std::uint64_t seed = 42;

const std::vector<workload::arrival>& arrivals() {
    static const auto drawn = workload::draw_arrivals(openb_cluster::workload(), seed, 1300);
    return drawn;
}

cluster nodes() {
    const workload::workload& from = openb_cluster::workload();
    return from.build(workload::draw_node_order(from.nodes.size(), seed)).value();
}

/// One iteration: every decision of the replay, from an idle cluster and with nothing known.
void replay_all(benchmark::State& state, const any_policy& policy) {
    for (auto _ : state) {
        state.PauseTiming();
        any_scheduler scheduler{nodes(), policy};
        state.ResumeTiming();
        for (const workload::arrival& each : arrivals())
            benchmark::DoNotOptimize(scheduler.try_place(openb_cluster::workload().tasks[each.task].request));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(arrivals().size()));
}

void replay_naively(benchmark::State& state) {
    const naive_fgd oracle{openb_cluster::workload().mix().typical(policy::fgd_typical_percent)};
    for (auto _ : state) {
        cluster on = nodes();
        for (const workload::arrival& each : arrivals()) {
            const request& request = openb_cluster::workload().tasks[each.task].request;
            if (const auto found = oracle.find(on, request)) on.take(found->node, found->gpus, request);
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(arrivals().size()));
}

const bool added = [] {
    const auto add = [](const std::string& name, auto body) {
        benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMillisecond)->UseRealTime();
    };
    for (const preset_name& preset : presets) {
        const std::string name{preset.name};
        const preset_inputs inputs{openb_cluster::workload().mix(), seed};
        add(name + "/indexed", [policy = make_preset(name, inputs, search::indexed{}).value()](
                                   benchmark::State& state) { replay_all(state, policy); });
        add(name + "/scan", [policy = make_preset(name, inputs, search::scan{}).value()](benchmark::State& state) {
            replay_all(state, policy);
        });
    }
    add("fgd/naive", replay_naively);
    return true;
}();

} // namespace
