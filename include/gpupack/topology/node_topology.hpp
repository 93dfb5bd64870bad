// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/pcie_location.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// A network adapter of a node.
struct nic {
    std::string name;               ///< As its owner calls it: mlx5_0.
    int numa = 0;                   ///< The NUMA node that it hangs on, 0 to 15.
    std::vector<pcie_path> to_gpus; ///< [GPUs of the node] how it reaches each of them.

    friend bool operator==(const nic&, const nic&) = default;
};

/// What connects the GPUs of a node to each other, to its processors and to its network, as its owner describes it.
/// cluster_builder checks it, as checked() does. Default: nothing is known.
struct node_topology {
    std::vector<int> numa; ///< [GPUs] the NUMA node that each hangs on, 0 to 15.
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

/// The most network adapters of a node, virtual functions counted in.
inline constexpr int max_nics = 256;

/// The most partitions that the NVSwitches of a node may form.
inline constexpr int max_partitions = 64;

namespace detail {

[[nodiscard]] inline std::string pair_text(std::size_t a, std::size_t b) {
    return std::string{"GPU"}.append(std::to_string(a)).append(" to GPU").append(std::to_string(b));
}

[[nodiscard]] inline std::optional<input_error> wrong_links(const node_topology& topology) {
    const auto wrong = [](std::string field, std::string value, std::string expected) {
        return input_error{{}, 0, std::move(field), std::move(value), std::move(expected)};
    };
    const std::size_t gpus = topology.numa.size();
    if (topology.links.size() != gpus)
        return wrong("links", std::to_string(topology.links.size()).append(" rows"), "a row a GPU");
    for (std::size_t a = 0; a < gpus; ++a)
        if (topology.links[a].size() != gpus)
            return wrong(std::string{"links of GPU"}.append(std::to_string(a)),
                         std::to_string(topology.links[a].size()).append(" entries"), "an entry a GPU");
    for (std::size_t a = 0; a < gpus; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            if (topology.links[a][b].nvlinks > max_nvlinks)
                return wrong(pair_text(a, b), std::to_string(topology.links[a][b].nvlinks), "from 0 to 18 NVLinks");
            if (!(topology.links[a][b] == topology.links[b][a]))
                return wrong(pair_text(a, b), std::to_string(link_score(topology.links[a][b])),
                             std::string{"the same link as from GPU"}
                                 .append(std::to_string(b))
                                 .append(" to GPU")
                                 .append(std::to_string(a)));
        }
    return std::nullopt;
}

} // namespace detail

/// The topology itself, where it can be.
///
/// Errors: more than 32 GPUs or 256 adapters, a matrix that is ragged or not symmetric, more than 18 NVLinks, a
/// NUMA node beyond 15, a partition of GPUs that are not there.
[[nodiscard]] inline expected<node_topology, input_error> checked(const node_topology& topology) {
    const std::size_t gpus = topology.numa.size();
    if (gpus > max_gpus_per_node) return bad_input("GPUs", std::to_string(gpus), "at most 32 on a node");
    for (const int node : topology.numa)
        if (node < 0 || node > 15) return bad_input("NUMA node", std::to_string(node), "from 0 to 15");
    if (auto wrong = detail::wrong_links(topology)) return unexpected<input_error>{*std::move(wrong)};
    if (topology.nics.size() > max_nics)
        return bad_input("NICs", std::to_string(topology.nics.size()), "at most 256 on a node");
    for (const nic& each : topology.nics) {
        if (each.numa < 0 || each.numa > 15)
            return bad_input("NUMA node", std::to_string(each.numa), "from 0 to 15");
        if (each.to_gpus.size() != gpus)
            return bad_input(std::string{"paths of "}.append(each.name), std::to_string(each.to_gpus.size()),
                             "a path a GPU");
    }
    if (topology.partitions.size() > max_partitions)
        return bad_input("partitions", std::to_string(topology.partitions.size()), "at most 64");
    for (const gpu_set part : topology.partitions)
        if (part.empty() || !((part & gpu_set::first(topology.gpus())) == part))
            return bad_input("partition", std::to_string(part.bits()), "some of the GPUs of the node, as bits");
    return topology;
}

/// How a GPU of the node reaches the processors and the memory of a NUMA node: its own directly, another one over the
/// link between them.
[[nodiscard]] inline pcie_path path_to_numa_node(const node_topology& topology, int gpu, int numa) noexcept {
    return topology.numa[static_cast<std::size_t>(gpu)] == numa ? pcie_path::same_cpu : pcie_path::cross_cpu;
}

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
