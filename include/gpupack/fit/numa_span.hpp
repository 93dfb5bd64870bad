// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/wanted_gpus.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::fit {

/// The number of NUMA nodes of a machine, at most.
inline constexpr int max_numa_nodes = 16;

/// On how many NUMA nodes these GPUs lie.
[[nodiscard]] GPUPACK_HD constexpr int numa_span(const node_view& node, gpu_set gpus) noexcept {
    std::uint32_t seen = 0;
    for_each_gpu(gpus, [&](int i) { seen |= std::uint32_t{1} << node.capacity(i).numa; });
    return count_bits(seen);
}

/// The most of these GPUs that lie on `nodes` NUMA nodes together.
[[nodiscard]] GPUPACK_HD constexpr int most_on_numa_nodes(const node_view& node, gpu_set gpus, int nodes) noexcept {
    int on_node[max_numa_nodes] = {};
    for_each_gpu(gpus, [&](int i) { ++on_node[node.capacity(i).numa]; });
    int gathered = 0;
    for (; nodes > 0; --nodes) {
        int fullest = 0;
        for (int n = 1; n < max_numa_nodes; ++n) fullest = on_node[n] > on_node[fullest] ? n : fullest;
        gathered += on_node[fullest];
        on_node[fullest] = 0;
    }
    return gathered;
}

/// The fewest NUMA nodes that have that many of these GPUs together, of which there must be as many.
[[nodiscard]] GPUPACK_HD constexpr int narrowest_span(const node_view& node, gpu_set gpus, int count) noexcept {
    int nodes = 1;
    while (most_on_numa_nodes(node, gpus, nodes) < count) ++nodes;
    return nodes;
}

/// The most NUMA nodes over which the GPUs of the request may lie on this node.
///
/// @param node the node
/// @param request the request
/// @param fitting the GPUs that could each serve it now; at least as many as it asks for
[[nodiscard]] GPUPACK_HD constexpr int widest_span(const node_view& node, const request& request,
                                                   gpu_set fitting) noexcept {
    if (request.numa == numa_alignment::none || request.gpus < 2) return max_numa_nodes;
    if (request.numa == numa_alignment::single) return 1;
    const bool now = request.numa == numa_alignment::best_effort;
    return narrowest_span(node, now ? fitting : wanted_gpus(node, request), request.gpus);
}

} // namespace gpupack::fit
