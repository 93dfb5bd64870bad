// SPDX-License-Identifier: Apache-2.0
// Latency of choosing GPUs by their links on one node: 1 to 8 of 8, 1 to 16 of 16, with one GPU in use or none; and of
// building a cluster of one such node, where what decisions ask for is added up.
#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/dialect/hami/topology.hpp>
#include <gpupack/policy/link_bandwidth.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/machines.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace gpupack;

/// wanted, in_use  the arguments of the run
template <class Policy> void choose(benchmark::State& state, const node_spec& machine) {
    cluster on = cluster_builder{}.add_nodes(1, machine).build().value();
    for (int i = 0; i < state.range(1); ++i) (void)on.take(node_id{0}, gpu_set::of(3 * i), {.gpus = 1});
    const request request{.gpus = static_cast<int>(state.range(0))};
    const auto scorer = policy::prepare(Policy{}, policy::decision{on, request, 0});
    for (auto _ : state) benchmark::DoNotOptimize(policy::select_gpus(scorer, on[node_id{0}], request));
}

template <class Policy> void of_8_v100(benchmark::State& state) {
    choose<Policy>(state, machines::dgx_1_v100());
}
template <class Policy> void of_16_v100(benchmark::State& state) {
    choose<Policy>(state, machines::dgx_2());
}

void of_8(benchmark::internal::Benchmark* all) {
    all->ArgsProduct({{1, 2, 3, 4, 8}, {0}})->ArgsProduct({{1, 2, 3, 4}, {1}});
}
void of_16(benchmark::internal::Benchmark* all) {
    all->ArgsProduct({benchmark::CreateDenseRange(1, 16, 1), {0}});
    all->ArgsProduct({benchmark::CreateDenseRange(1, 15, 1), {1}});
}

BENCHMARK(of_8_v100<policy::link_bandwidth>)->Apply(of_8);
BENCHMARK(of_8_v100<policy::link_preserve>)->Apply(of_8);
BENCHMARK(of_8_v100<dialect::gpuallocator_best_effort>)->Apply(of_8);
BENCHMARK(of_8_v100<dialect::hami_topology>)->Apply(of_8);
BENCHMARK(of_16_v100<policy::link_bandwidth>)->Apply(of_16);
BENCHMARK(of_16_v100<policy::link_preserve>)->Apply(of_16);
BENCHMARK(of_16_v100<dialect::gpuallocator_best_effort>)->Apply(of_16);
BENCHMARK(of_16_v100<dialect::hami_topology>)->Apply(of_16);

void build(benchmark::State& state, const node_spec& machine) {
    for (auto _ : state) benchmark::DoNotOptimize(cluster_builder{}.add_nodes(1, machine).build());
}
BENCHMARK_CAPTURE(build, of_8_v100, machines::dgx_1_v100());
BENCHMARK_CAPTURE(build, of_8_h100, machines::dgx_h100());
BENCHMARK_CAPTURE(build, of_16_v100, machines::dgx_2());

} // namespace
