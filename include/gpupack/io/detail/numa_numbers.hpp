// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/io/described_machine.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <algorithm>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// The NUMA nodes of described GPUs as a topology holds them: unknown ones as such; where any is beyond 15, all numbered
/// anew in their order, and those that are still beyond it unknown.
[[nodiscard]] inline std::vector<int> numa_numbers(const std::vector<described_gpu>& gpus) {
    std::vector<int> nodes;
    for (const described_gpu& gpu : gpus)
        if (gpu.numa) nodes.push_back(*gpu.numa);
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    const bool fits = nodes.empty() || nodes.back() <= max_numa_node;
    std::vector<int> numa;
    for (const described_gpu& gpu : gpus) {
        int node = gpu.numa.value_or(unknown_numa);
        if (gpu.numa && !fits)
            node = static_cast<int>(std::lower_bound(nodes.begin(), nodes.end(), *gpu.numa) - nodes.begin());
        numa.push_back(node > max_numa_node ? unknown_numa : node);
    }
    return numa;
}

} // namespace gpupack::io::detail
