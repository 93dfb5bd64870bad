// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/pcie_location.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The topology of devices that hang in a PCIe tree; NVLinks are added to it afterwards.
///
/// @param gpus  [GPUs]
/// @param nics  names and places
[[nodiscard]] inline node_topology wired(const std::vector<pcie_location>& gpus,
                                         const std::vector<std::pair<std::string, pcie_location>>& nics = {}) {
    node_topology all;
    for (const pcie_location& gpu : gpus) {
        all.numa.push_back(gpu.numa);
        std::vector<gpu_link> row;
        for (const pcie_location& other : gpus)
            row.push_back(&gpu == &other ? gpu_link{} : gpu_link{path_between(gpu, other), 0});
        all.links.push_back(std::move(row));
    }
    for (const auto& [name, place] : nics) {
        nic added{name, place.numa, {}};
        for (const pcie_location& other : gpus) added.to_gpus.push_back(path_between(place, other));
        all.nics.push_back(std::move(added));
    }
    return all;
}

/// Adds NVLinks between two GPUs, both ways.
inline void add_nvlinks(node_topology& topology, std::size_t a, std::size_t b, int links) {
    topology.links[a][b].nvlinks = static_cast<std::uint8_t>(topology.links[a][b].nvlinks + links);
    topology.links[b][a].nvlinks = topology.links[a][b].nvlinks;
}

/// Connects every GPU to NVSwitches by that many NVLinks, which each partner of it can use.
///
/// Blocks of 1, 2, 4, ... neighbours, up to all GPUs, become partitions.
inline void add_nvswitch(node_topology& topology, int links) {
    topology.switched = true;
    for (std::size_t a = 0; a < topology.links.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) add_nvlinks(topology, a, b, links);
    for (int size = topology.gpus(); size >= 1; size /= 2)
        for (int first = 0; first + size <= topology.gpus(); first += size)
            topology.partitions.push_back(gpu_set::from_bits(gpu_set::first(size).bits() << first));
}

} // namespace gpupack
