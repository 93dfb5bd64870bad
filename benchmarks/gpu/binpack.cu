// SPDX-License-Identifier: Apache-2.0
// binpack over 1,000,000 nodes of 8 GPUs: the best node for one shape.
#include "measure.cuh"

#include <gpupack/core/random.hpp>
#include <gpupack/gpu/bulk.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <cstdint>

namespace cuda_benchmark {
namespace {

using namespace gpupack;
namespace gpu = gpupack::gpu;

/// Nodes with zero to seven GPUs in use, whole or in slices, at random.
cluster used(std::size_t nodes) {
    cluster on = cluster_builder{}.add_nodes(nodes, {96_cores, 768_GiB, {8, models::a100_80gb}}).build().value();
    random_stream random{1};
    for (std::uint32_t i = 0; i < nodes; ++i)
        for (std::uint64_t g = random.below(8); g > 0; --g) {
            request request{.cpu = 1_cores, .memory = 1_GiB, .gpus = 1};
            if (random.below(2) == 0)
                request.share = slice{20_GiB, milli_gpu{100 * static_cast<std::int64_t>(1 + random.below(9))}};
            on.take(node_id{i}, gpu_set::of(static_cast<int>(g)), request);
        }
    return on;
}

} // namespace

std::vector<figure> measure_binpack(const setting& in) {
    constexpr std::size_t nodes = 1'000'000;
    constexpr int repeats = 51;
    const cluster on = used(nodes);
    const policy::binpack by;
    const std::vector<request> request{{.cpu = 8_cores, .memory = 32_GiB, .gpus = 2}};
    gpu::resident_cluster there{in.on, on};
    cold_cache make_cold{in.on};

    const auto shapes = gpu::upload_requests(there, on, by, request);
    auto best = in.on.allocate<ranked_node<policy::score>>(1);
    if (!shapes) return {};
    const double ranked = device_seconds(
        in.on, repeats, make_cold, [&] { in.on.rank_best(there.view(), shapes->entries.data(), 1, best.data(), 0); });
    const double asked_for = wall_seconds(repeats, [&] { (void)gpu::best_nodes(there, on, by, request); });
    const double scanned = wall_seconds(3, [&] { (void)search::scan::searcher{}.find(by, {on, request[0]}); });
    const double bytes = static_cast<double>(nodes) * (sizeof(node_state) + 2 * sizeof(std::uint32_t));
    return {{"binpack, best of 1,000,000 nodes of 8 GPUs for one shape, memory cold",
             ranked,
             repeats,
             bytes / in.limits.copy,
             "copy: 28 bytes of state a node",
             {{"scan on one thread of this CPU", scanned}}},
            {"the same as best_nodes() is waited for", asked_for, repeats, 0, {}, {}}};
}

} // namespace cuda_benchmark
