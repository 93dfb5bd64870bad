// SPDX-License-Identifier: Apache-2.0
// One decision after the other on 100,000 nodes, the state resident: a placement, and the release that makes room.
#include "measure.cuh"

#include <gpupack/gpu/engine.cuh>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/search/scan.hpp>

#include "support/openb_cluster.hpp"

namespace cuda_benchmark {
namespace {

using namespace gpupack;

const auto by = node_then_gpus(policy::binpack{}, policy::gpu_best_fit{});

/// Median seconds of a decision under an engine: each placed task leaves before the next one comes.
template <class Engine> double decide(const cluster& on, const Engine& with, int repeats) {
    scheduler scheduler{on, by, with};
    openb_cluster::arrivals tasks{7};
    return wall_seconds(repeats, [&] {
        if (const auto placed = scheduler.try_place(tasks.next())) scheduler.release(*placed);
    });
}

} // namespace

std::vector<figure> measure_decision(const setting& in) {
    constexpr int repeats = 2001;
    const cluster on = openb_cluster::filled(100'000, by, 60).on;
    const auto engine = gpupack::gpu::engine::open(in.on.device().number);
    if (!engine) return {};
    const double decided = decide(on, *engine, repeats);
    if (engine->problem()) return {};
    const double bytes = static_cast<double>(on.size()) * (sizeof(node_state) + 2 * sizeof(std::uint32_t));
    return {{"one decision on 100,000 nodes, binpack, end to end",
             decided,
             repeats,
             bytes / in.limits.copy,
             "copy: 32 bytes of state a node; the target is 15 us",
             {{"indexed engine", decide(on, search::indexed{}, repeats)},
              {"parallel engine", decide(on, search::parallel{}, 51)},
              {"scan engine", decide(on, search::scan{}, 51)}}}};
}

} // namespace cuda_benchmark
