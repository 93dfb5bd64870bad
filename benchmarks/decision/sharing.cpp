// SPDX-License-Identifier: Apache-2.0
// Latency of a decision by way of sharing, in the scan engine: one leaves at random, another arrives, on 1,000 full
// GPUs.
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/dialect/hami/mig.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

namespace {

using namespace gpupack;

cluster gpus(const gpu_model& model, const gpu_setup& setup = {}) {
    return cluster_builder{}.add_nodes(125, {1000_cores, 2048_GiB, {8, model, setup}}).build().value();
}

/// Fills the cluster until a request is refused, then lets one leave and another come, time after time.
template <class Policy>
void decide(benchmark::State& state, cluster on, const Policy& policy, const std::vector<share>& shares) {
    scheduler by{std::move(on), policy};
    random_stream random{1};
    std::vector<placement> live;
    const auto arrive = [&] {
        const auto placed = by.try_place({.gpus = 1, .share = shares[random.below(shares.size())]});
        if (placed) live.push_back(*placed);
        return placed.has_value();
    };
    while (arrive()) {
    }
    for (auto _ : state) {
        std::swap(live[random.below(live.size())], live.back());
        by.release(live.back());
        live.pop_back();
        benchmark::DoNotOptimize(arrive());
    }
}

std::vector<share> slices() {
    return {slice{4_GiB, 100_milli}, slice{8_GiB, 200_milli}, slice{16_GiB, 400_milli}};
}

template <class... Names> std::vector<share> mig_shares(const cluster& on, Names... profiles) {
    return {mig_profile(on.models(), profiles).value()...};
}

template <class... Names> std::vector<share> vgpu_shares(const cluster& on, Names... types) {
    return {vgpu_type(on.models(), types).value()...};
}

template <class Policy> void slice_decision(benchmark::State& state) {
    decide(state, gpus(models::a100_40gb), Policy{}, slices());
}

template <class Policy> void mig_decision(benchmark::State& state) {
    const cluster on = gpus(models::a100_40gb);
    const auto shares = mig_shares(on, "1g.5gb", "2g.10gb", "3g.20gb");
    Policy policy;
    if constexpr (requires { policy.expected; })
        for (const share& each : shares) policy.expected.add({.gpus = 1, .share = each});
    decide(state, on, policy, shares);
}

template <class Policy> void vgpu_decision(benchmark::State& state) {
    const cluster on = gpus(models::a10);
    decide(state, on, Policy{}, vgpu_shares(on, "A10-4Q", "A10-8Q", "A10-12Q"));
}

template <class Policy> void mixed_vgpu_decision(benchmark::State& state) {
    const cluster on = gpus(models::a10, {.vgpu_sizes = vgpu::sizes::mixed});
    decide(state, on, Policy{}, vgpu_shares(on, "A10-4Q", "A10-8Q", "A10-12Q"));
}

} // namespace

BENCHMARK_TEMPLATE(slice_decision, policy::gpu_best_fit);
BENCHMARK_TEMPLATE(mig_decision, policy::gpu_best_fit);
BENCHMARK_TEMPLATE(vgpu_decision, policy::gpu_best_fit);
BENCHMARK_TEMPLATE(mixed_vgpu_decision, policy::gpu_best_fit);
BENCHMARK_TEMPLATE(mig_decision, dialect::hami_mig);
BENCHMARK_TEMPLATE(mig_decision, policy::mig_options);
BENCHMARK_TEMPLATE(mig_decision, policy::mig_scarcity);
