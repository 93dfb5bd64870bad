// SPDX-License-Identifier: Apache-2.0
// binpack over one and four million nodes (a cluster numbers 4,194,303 at most) of 8 GPUs: the best node for one shape.
#include "measure.cuh"

#include <gpupack/core/random.hpp>
#include <gpupack/gpu/bulk.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/table_block.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cuda_benchmark {
namespace {

using namespace gpupack;
namespace gpu = gpupack::gpu;

/// Nodes of which every nth has up to seven GPUs in use, whole or in slices, at random.
cluster used(std::size_t nodes, std::uint32_t nth) {
    cluster on = cluster_builder{}.add_nodes(nodes, {96_cores, 768_GiB, {8, models::a100_80gb}}).build().value();
    random_stream random{1};
    for (std::uint32_t i = 0; i < nodes; i += nth)
        for (std::uint64_t g = random.below(8); g > 0; --g) {
            request request{.cpu = 1_cores, .memory = 1_GiB, .gpus = 1};
            if (random.below(2) == 0)
                request.share = slice{20_GiB, milli_gpu{100 * static_cast<std::int64_t>(1 + random.below(9))}};
            on.take(node_id{i}, gpu_set::of(static_cast<int>(g)), request);
        }
    return on;
}

/// Appends the kernel alone, and best_nodes() as its caller waits for it; false where the GPU fails.
bool measure(const setting& in, std::size_t nodes, std::uint32_t nth, const std::string& size,
             std::vector<figure>& figures) {
    constexpr int repeats = 51;
    const cluster on = used(nodes, nth);
    const policy::binpack by;
    const std::vector<request> requests{{.cpu = 8_cores, .memory = 32_GiB, .gpus = 2}};
    gpu::resident_cluster resident{in.on, on};
    cold_cache make_cold{in.on};
    gpu::copied_vectors copies{in.on};
    const auto* const rows = copies(gpu::detail::rows_of(on.types(), requests[0], by));
    auto best = in.on.allocate<ranked_node<policy::score>>(1);
    if (rows == nullptr) return false;
    const double kernel = device_seconds(in.on, repeats, make_cold,
                                         [&] { in.on.rank_columns(resident.view(), rows, false, 1, best.data()); });
    const double whole = wall_seconds(repeats, [&] { (void)gpu::best_nodes(resident, on, by, requests); });
    const double scanned = wall_seconds(3, [&] { (void)search::scan::searcher{}.find(by, {on, requests[0]}); });
    constexpr double bytes_a_node = 4 * sizeof(std::int32_t);
    figures.push_back({"binpack, best of " + size + " nodes of 8 GPUs for one shape, memory cold, the kernel alone",
                       kernel,
                       repeats,
                       static_cast<double>(nodes) * bytes_a_node / in.limits.copy,
                       "copy: the 16 bytes a node that it reads",
                       {{"scan on one thread of this CPU", scanned}}});
    figures.push_back({"the same as best_nodes() is waited for", whole, repeats, 0, {}, {}});
    return true;
}

} // namespace

std::vector<figure> measure_binpack(const setting& in) {
    std::vector<figure> figures;
    if (!measure(in, 1'000'000, 1, "1,000,000", figures) || !measure(in, 4'000'000, 8, "4,000,000", figures)) return {};
    return figures;
}

} // namespace cuda_benchmark
