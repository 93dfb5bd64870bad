// SPDX-License-Identifier: Apache-2.0
// Queue disciplines under a load that a cluster of 6,400 GPUs cannot take, so that the queue grows to a quarter of the tasks.
// The argument is the number of tasks.
#include <gpupack/core/random.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace gpupack;
using namespace gpupack::literals;

constexpr int nodes = 800;
constexpr int gpus_a_node = 8;

struct drawn_tasks {
    std::vector<workload::task> tasks;
    std::vector<workload::arrival> arrivals;
};

/// Tasks of 1, 2, 4 and 8 GPUs, and gangs of 2 to 4 nodes; they stay an hour on average and ask for 1.4 times the GPUs.
drawn_tasks draw(std::size_t count) {
    random_stream random{1};
    drawn_tasks drawn;
    std::int64_t gpu_seconds = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t kind = random.below(100);
        workload::task task;
        task.request.cpu = 4_cores;
        task.request.gpus = kind < 50 ? 1 : kind < 65 ? 2 : kind < 80 ? 4 : 8;
        if (kind >= 95) task.members = static_cast<int>(2 + random.below(3));
        const auto stay = static_cast<std::int64_t>(60 + random.below(7080));
        gpu_seconds += stay * task.request.gpus * task.members;
        drawn.tasks.push_back(task);
        drawn.arrivals.push_back({i, 0, stay});
    }
    const std::int64_t span = gpu_seconds * 10 / (14 * std::int64_t{nodes} * gpus_a_node);
    for (std::size_t i = 0; i < count; ++i)
        drawn.arrivals[i].time = span * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(count);
    return drawn;
}

void replay_under(benchmark::State& state, replay::queue_rule order) {
    const drawn_tasks drawn = draw(static_cast<std::size_t>(state.range(0)));
    const cluster idle =
        cluster_builder{}
            .add_nodes(nodes, {.cpu = 128_cores, .memory = 1024_GiB, .gpus = {gpus_a_node, models::a100_80gb}})
            .build()
            .value();
    replay::options options{.no_fit = replay::no_fit_rule::wait, .samples = replay::sampling::by_time};
    options.queue.order = order;
    std::size_t longest = 0;
    for (auto _ : state) {
        scheduler placer{idle, policy::best_fit{}, search::indexed{}};
        const replay::result result = replay::run(placer, drawn.tasks, drawn.arrivals, options);
        for (const replay::sample& each : result.samples) longest = std::max(longest, each.waiting);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["longest_queue"] = static_cast<double>(longest);
}

BENCHMARK_CAPTURE(replay_under, overtake, replay::queue_rule::overtake)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(replay_under, strict, replay::queue_rule::strict)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(replay_under, easy, replay::queue_rule::easy)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(replay_under, conservative, replay::queue_rule::conservative)->Arg(100'000)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(replay_under, drain, replay::queue_rule::drain)->Arg(100'000)->Unit(benchmark::kSecond);

} // namespace
