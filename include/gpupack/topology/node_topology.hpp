// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/topology/link.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The highest NUMA node that a device may hang on.
inline constexpr int max_numa_node = 15;

/// The NUMA node of a device of which nobody knows on which it hangs. Requests that are aligned to NUMA nodes take it for
/// node 0.
inline constexpr int unknown_numa = -1;

/// A network adapter of a node.
struct nic {
    std::string name;               ///< As its owner calls it: mlx5_0.
    int numa = 0;                   ///< The NUMA node that it hangs on, 0 to 15, or unknown_numa.
    std::vector<pcie_path> to_gpus; ///< [GPUs of the node] how it reaches each of them.

    friend bool operator==(const nic&, const nic&) = default;
};

/// What connects the GPUs of a node to each other, to its processors and to its network, as its owner describes it.
/// cluster_builder checks it, by topology_error(). Default: nothing is known.
struct node_topology {
    std::vector<int> numa; ///< [GPUs] the NUMA node that each hangs on, 0 to 15, or unknown_numa.
    /// [GPUs][GPUs] how each reaches each; the same both ways, what stands on the diagonal means nothing.
    std::vector<std::vector<gpu_link>> links;
    std::vector<nic> nics; ///< At most 256.
    /// Whether the NVLinks go to NVSwitches, so that links[a][b].nvlinks are shared by all partners of a GPU.
    bool switched = false;
    /// The sets of GPUs that the NVSwitches can set apart as a partition; empty: not told.
    std::vector<gpu_set> partitions;

    /// The number of GPUs.
    [[nodiscard]] int gpus() const noexcept { return static_cast<int>(numa.size()); }

    friend bool operator==(const node_topology&, const node_topology&) = default;
};

/// How a GPU of the node reaches the processors and the memory of a NUMA node: its own directly, another one over the
/// link between them.
[[nodiscard]] inline pcie_path path_to_numa_node(const node_topology& topology, int gpu, int numa) noexcept {
    return topology.numa[static_cast<std::size_t>(gpu)] == numa ? pcie_path::same_cpu : pcie_path::cross_cpu;
}

} // namespace gpupack
