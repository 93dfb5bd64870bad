// SPDX-License-Identifier: Apache-2.0
// Making room on openb's 1,213 nodes: what one rejection costs, and a plan of moves ahead of any.
#include <gpupack/plan/defragment.hpp>
#include <gpupack/plan/make_room.hpp>
#include <gpupack/plan/place_goal.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>

#include "support/openb_cluster.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

using namespace gpupack;

/// A cluster in use, where tasks came and went, and requests that it rejects.
struct crowded {
    cluster nodes;
    std::vector<plan::running_task> tasks; ///< Each costs its GPUs, in milli-GPUs.
    std::vector<request> rejected;
};

/// Offers 40,000 tasks; each ends once as many came after it as keep the load. At the end, what is rejected is kept.
crowded crowd() {
    const policy::fgd policy{openb_cluster::workload().mix().typical(policy::fgd_typical_percent)};
    scheduler places{openb_cluster::idle(openb_cluster::workload().nodes.size()), policy, search::indexed{}};
    openb_cluster::arrivals tasks{1};
    std::vector<std::pair<placement, request>> live;
    const std::int64_t most = places.cluster().compute().count() / 100 * 95;
    crowded made{places.cluster(), {}, {}};
    for (int came = 0; came < 40'000; ++came) {
        const request& next = tasks.next();
        if (const auto placed = places.try_place(next)) {
            live.emplace_back(*placed, next);
        } else if (came > 30'000 && made.rejected.size() < 100) {
            made.rejected.push_back(next);
        }
        while ((places.cluster().compute() - places.cluster().compute_free()).count() > most) {
            const std::size_t leaves = tasks.below(live.size());
            places.release(live[leaves].first);
            live[leaves] = live.back();
            live.pop_back();
        }
    }
    made.nodes = places.cluster();
    std::erase_if(made.rejected, [&](const request& each) { return static_cast<bool>(places.try_place(each)); });
    for (const auto& [place, request] : live) {
        const std::int64_t cost = std::max<std::int64_t>(1, request.total_compute().count());
        made.tasks.push_back({place, request, cost, cost});
    }
    return made;
}

const crowded& scene() {
    static const crowded made = crowd();
    return made;
}

/// Times one call a rejected request, and reports the median, the 99th percentile and the longest in milliseconds.
template <class Call> void each_rejection(benchmark::State& state, Call&& call) {
    std::vector<double> times;
    double found = 0;
    for ([[maybe_unused]] auto each : state) {
        const request& next = scene().rejected[times.size() % scene().rejected.size()];
        const auto start = std::chrono::steady_clock::now();
        found += call(next) ? 1 : 0;
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    state.counters["found"] = found / static_cast<double>(times.size());
    state.counters["p50_ms"] = times[times.size() / 2];
    state.counters["p99_ms"] = times[times.size() * 99 / 100];
    state.counters["most_ms"] = times.back();
}

void make_room_by(benchmark::State& state, const plan::room_limits& limits) {
    each_rejection(state, [&](const request& next) {
        return plan::make_room(scene().nodes, policy::fgd{openb_cluster::workload().mix()}, next, scene().tasks, limits)
            .has_value();
    });
}

BENCHMARK_CAPTURE(make_room_by, four_moves, {.ends = 0, .moves = 4})->Iterations(100)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(make_room_by, four_ends, {.ends = 4, .moves = 0})->Iterations(100)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(make_room_by, ends_and_moves, {.ends = 4, .moves = 4})
    ->Iterations(100)
    ->Unit(benchmark::kMillisecond);

void defragment_for(benchmark::State& state, const std::vector<plan::place_goal>& goals) {
    plan::defragment_limits limits;
    limits.moves = static_cast<int>(state.range(0));
    std::int64_t gain = 0;
    for ([[maybe_unused]] auto each : state) gain = plan::defragment(scene().nodes, goals, scene().tasks, limits).gain;
    state.counters["gain"] = static_cast<double>(gain);
}
void defragment_for_whole_nodes(benchmark::State& state) {
    defragment_for(state, {{.request = {.gpus = 8}, .number = 40}});
}
void defragment_for_the_mix(benchmark::State& state) {
    defragment_for(state, plan::goals_of(openb_cluster::workload().mix(), 1'000));
}

BENCHMARK(defragment_for_whole_nodes)->Arg(4)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond);
BENCHMARK(defragment_for_the_mix)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond);

} // namespace
