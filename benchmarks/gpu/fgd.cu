// SPDX-License-Identifier: Apache-2.0
// fgd over 1,000,000 nodes of openb's shapes, for 64 of its request shapes at once.
#include "measure.cuh"

#include <gpupack/core/random.hpp>
#include <gpupack/gpu/bulk.hpp>
#include <gpupack/gpu/detail/fall_blocks.hpp>
#include <gpupack/gpu/table_block.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/fgd.hpp>

#include "support/openb_cluster.hpp"

#include <cstdint>

namespace cuda_benchmark {
namespace {

using namespace gpupack;
namespace gpu = gpupack::gpu;

/// Places tasks of the workload on random nodes that they fit, until as many were tried as there are GPUs.
cluster used(std::size_t nodes) {
    cluster on = openb_cluster::idle(nodes);
    openb_cluster::arrivals tasks{1};
    for (std::size_t tried = 0; tried < on.gpu_count(); ++tried) {
        const request& request = tasks.next();
        const node_id node{static_cast<std::uint32_t>(tasks.below(nodes))};
        if (fit::fits(on[node], request)) on.take(node, fit::lowest_gpus(on[node], request), request);
    }
    return on;
}

/// The most frequent requests for GPUs; where the workload has fewer, they come again.
std::vector<request> most_frequent(std::size_t count) {
    const task_mix mix = openb_cluster::workload().mix();
    std::vector<request> chosen;
    while (chosen.size() < count)
        for (const task_mix::entry& each : mix.entries())
            if (each.request.gpus > 0 && chosen.size() < count) chosen.push_back(each.request);
    return chosen;
}

/// Integer operations that fgd's formula needs for all shapes on a node, on average over some nodes: see docs/gpu.md.
///
/// For each class of expected tasks: once a node three operations a GPU (compare, select, add); and eight a candidate of each
/// shape that fits (what changed, its product, the sum).
double operations_a_node(const cluster& on, const std::vector<request>& shapes, int classes) {
    random_stream random{2};
    constexpr int samples = 2000;
    double sum = 0;
    for (int s = 0; s < samples; ++s) {
        const node_view node = on[node_id{static_cast<std::uint32_t>(random.below(on.size()))}];
        sum += classes * 3.0 * node.gpu_count();
        for (const request& request : shapes) {
            if (!fit::fits(node, request)) continue;
            int candidates = 0;
            fit::for_each_candidate(node, request, [&](const candidate&) { ++candidates; });
            sum += classes * 8.0 * candidates;
        }
    }
    return sum / samples;
}

} // namespace

std::vector<figure> measure_fgd(const setting& in) {
    constexpr std::size_t nodes = 1'000'000;
    constexpr int repeats = 11;
    const cluster on = used(nodes);
    const policy::fgd by{openb_cluster::workload().mix().typical(policy::fgd_typical_percent)};
    const std::vector<request> request = most_frequent(64);
    gpu::resident_cluster there{in.on, on};
    cold_cache make_cold{in.on};

    const auto shapes = gpu::upload_requests(there, on, by, request);
    auto best = in.on.allocate<ranked_node<policy::score>>(request.size());
    if (!shapes) return {};
    const gpu::detail::fall_blocks blocks{on.types(), by.prepare({on, request[0]}).measure(), request};
    if (!blocks.decide()) return {};
    gpu::copied_vectors copies{in.on};
    const auto copied = blocks.view(copies);
    const double ranked = device_seconds(in.on, repeats, make_cold, [&] {
        in.on.rank_falls(there.view(), shapes->entries.data(), copied, shapes->count, best.data());
    });
    const double generic = device_seconds(in.on, 5, make_cold, [&] {
        in.on.rank_best(there.view(), shapes->entries.data(), shapes->count, best.data(), shapes->table_bytes);
    });
    const double whole = wall_seconds(repeats, [&] { (void)gpu::best_nodes(there, on, by, request); });
    const int classes = by.prepare({on, request[0]}).exact.expected.class_count;
    const double operations = operations_a_node(on, request, classes) * static_cast<double>(nodes);
    return {{"fgd, openb's typical tasks, best of 1,000,000 nodes for each of 64 shapes, the kernel alone",
             ranked,
             repeats,
             operations / in.limits.integers,
             "integers: 3 a class and GPU once a node, 8 a class and candidate",
             {{"the kernel for nodes of any kind", generic}}},
            {"the same as best_nodes() is waited for", whole, repeats, 0, {}, {}}};
}

} // namespace cuda_benchmark
