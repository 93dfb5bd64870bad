// SPDX-License-Identifier: Apache-2.0
// Batches and what-if replays on the CPU, without a GPU: an ordered batch of 100,000 requests on 100,000 nodes by the host
// loop and by the engines, a better order of openb at 130 %, and a replay of it.
#include "support/openb_cluster.hpp"

#include <gpupack/replay/what_if.hpp>
#include <gpupack/plan/place_unordered.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/gpu_packing.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/search/scan.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace {

using namespace gpupack;

constexpr std::size_t count = 100'000;

const cluster& nodes() {
    static const cluster on = openb_cluster::idle(count);
    return on;
}
const std::vector<request>& requests() {
    static const auto drawn = [] {
        openb_cluster::arrivals tasks{7};
        std::vector<request> request;
        for (std::size_t i = 0; i < count; ++i) request.push_back(tasks.next());
        return request;
    }();
    return drawn;
}

/// The first so many of the requests, one by one.
template <class Engine, class Policy> void one_by_one(benchmark::State& state, const Policy& by, std::size_t first) {
    for (auto _ : state) {
        scheduler scheduler{nodes(), by, Engine{}};
        for (std::size_t i = 0; i < first; ++i) benchmark::DoNotOptimize(scheduler.try_place(requests()[i]));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(first));
}

/// Seeds 42 to 51: what is placed in the order given and in the best of the others, in percent and tasks a seed.
template <class Policy> void in_any_order(benchmark::State& state, const Policy& policy, plan::batch_goal goal) {
    const workload::workload& openb = openb_cluster::workload();
    constexpr std::int64_t seeds = 10;
    double ordered[2] = {};
    double unordered[2] = {};
    for (auto _ : state)
        for (std::uint64_t seed = 42; seed < 42 + std::uint64_t{seeds}; ++seed) {
            const cluster cluster = openb.build(workload::draw_node_order(openb.nodes.size(), seed)).value();
            std::vector<request> requests;
            for (const workload::arrival& each : workload::draw_arrivals(openb, seed, 1300))
                requests.push_back(openb.tasks[each.task].request);
            const plan::unordered_batch batch = plan::place_unordered(cluster, policy, requests, goal);
            const double whole = 0.01 * static_cast<double>(cluster.compute().count() * seeds);
            ordered[0] += static_cast<double>(batch.as_given.compute) / whole;
            ordered[1] += static_cast<double>(batch.as_given.tasks) / seeds;
            unordered[0] += static_cast<double>(batch.total.compute) / whole;
            unordered[1] += static_cast<double>(batch.total.tasks) / seeds;
            state.SetLabel(std::string{plan::name_of(batch.order)});
        }
    const auto times = static_cast<double>(state.iterations());
    state.counters["percent_in_order"] = ordered[0] / times;
    state.counters["tasks_in_order"] = ordered[1] / times;
    state.counters["percent"] = unordered[0] / times;
    state.counters["tasks"] = unordered[1] / times;
}

/// One replay of openb at 130 % under fgd.
void what_if(benchmark::State& state) {
    const workload::workload& openb = openb_cluster::workload();
    const task_mix expected = openb.mix().typical(95);
    const policy::fgd by{expected};
    const policy::fragmentation_table table{expected};
    replay::what_if_scenario scenario{.arriving = workload::arriving_at(1300, openb)};
    for (auto _ : state) {
        const auto order = replay::nodes_of(scenario, openb.nodes.size());
        benchmark::DoNotOptimize(
            replay::what_if(search::indexed{}, openb.build(order).value(), by, openb.tasks, table.view(), scenario));
        ++scenario.seed;
    }
}

const bool added = [] {
    const auto add = [](const std::string& name, auto body) {
        benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMillisecond)->UseRealTime();
    };
    const auto engines = [&](const std::string& name, const auto& by) {
        add("indexed/" + name, [=](benchmark::State& state) { one_by_one<search::indexed>(state, by, count); });
        add("first_300_parallel/" + name,
            [=](benchmark::State& state) { one_by_one<search::parallel>(state, by, 300); });
        add("first_100_scan/" + name, [=](benchmark::State& state) { one_by_one<search::scan>(state, by, 100); });
    };
    const auto orders = [&](const std::string& name, const auto& by) {
        add("for_compute/" + name,
            [=](benchmark::State& state) { in_any_order(state, by, plan::batch_goal::compute); });
        add("for_tasks/" + name, [=](benchmark::State& state) { in_any_order(state, by, plan::batch_goal::tasks); });
    };
    const policy::fgd fgd{openb_cluster::workload().mix().typical(95)};
    engines("binpack", policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}));
    engines("fgd", fgd);
    orders("fgd", fgd);
    orders("best-fit", policy::node_then_gpus(policy::best_fit{}, policy::gpu_best_fit{}));
    orders("gpu-packing", policy::node_then_gpus(policy::gpu_packing{}, policy::gpu_best_fit{}));
    add("what_if/indexed", [](benchmark::State& state) { what_if(state); });
    return true;
}();

} // namespace
