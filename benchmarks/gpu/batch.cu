// SPDX-License-Identifier: Apache-2.0
// 100,000 requests of openb's tasks on 100,000 idle nodes, placed in their order in one call.
#include "measure.cuh"

#include <gpupack/gpu/batch.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>

#include "support/openb_cluster.hpp"

namespace cuda_benchmark {
namespace {

using namespace gpupack;

/// Seconds that an engine takes for all requests one by one; of which only the first so many are timed.
template <class Engine, class Policy> double one_by_one(const cluster& on, const Policy& by, const Engine& with,
                                                        const std::vector<request>& request, std::size_t timed) {
    scheduler scheduler{on, by, with};
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < timed; ++i) (void)scheduler.try_place(request[i]);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    return taken.count() * static_cast<double>(request.size()) / static_cast<double>(timed);
}

template <class Policy> void measure(const setting& in, const char* name, const Policy& by, std::vector<figure>& to) {
    constexpr std::size_t count = 100'000;
    constexpr int repeats = 3;
    const cluster on = openb_cluster::idle(count);
    openb_cluster::arrivals tasks{7};
    std::vector<request> request;
    for (std::size_t i = 0; i < count; ++i) request.push_back(tasks.next());
    gpupack::gpu::resident_cluster resident{in.on, on};
    bool failed = false;
    const double seconds =
        wall_seconds(repeats, [&] { failed |= !gpupack::gpu::place_batch(resident, on, by, request).has_value(); });
    if (failed) return;
    to.push_back({std::string{"100,000 requests in order on 100,000 nodes, "} + name,
                  seconds,
                  repeats,
                  0,
                  "latency, counted in docs/batches.md; the target is a fifth of the parallel engine's time",
                  {{"indexed engine", one_by_one(on, by, search::indexed{}, request, count)},
                   {"parallel engine, from the first 1,000", one_by_one(on, by, search::parallel{}, request, 1000)}}});
}

} // namespace

std::vector<figure> measure_batch(const setting& in) {
    std::vector<figure> figures;
    measure(in, "binpack", node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}), figures);
    measure(in, "fgd", policy::fgd{openb_cluster::workload().mix().typical(95)}, figures);
    return figures;
}

} // namespace cuda_benchmark
