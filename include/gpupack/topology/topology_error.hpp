// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

[[nodiscard]] inline input_error wrong_topology(std::string field, std::string value, std::string expected) {
    return {{}, 0, std::move(field), std::move(value), std::move(expected)};
}

[[nodiscard]] inline std::string pair_text(std::size_t a, std::size_t b) {
    return std::string{"GPU"}.append(std::to_string(a)).append(" to GPU").append(std::to_string(b));
}

[[nodiscard]] inline std::optional<input_error> wrong_links(const node_topology& topology) {
    const std::size_t gpus = topology.numa.size();
    if (topology.links.size() != gpus)
        return wrong_topology("links", std::to_string(topology.links.size()).append(" rows"), "a row a GPU");
    for (std::size_t a = 0; a < gpus; ++a)
        if (topology.links[a].size() != gpus)
            return wrong_topology(std::string{"links of GPU"}.append(std::to_string(a)),
                                  std::to_string(topology.links[a].size()).append(" entries"), "an entry a GPU");
    for (std::size_t a = 0; a < gpus; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            if (topology.links[a][b].nvlinks > max_nvlinks)
                return wrong_topology(pair_text(a, b), std::to_string(topology.links[a][b].nvlinks),
                                      "from 0 to 18 NVLinks");
            if (!(topology.links[a][b] == topology.links[b][a]))
                return wrong_topology(pair_text(a, b), std::to_string(link_score(topology.links[a][b])),
                                      std::string{"the same link as from GPU"}
                                          .append(std::to_string(b))
                                          .append(" to GPU")
                                          .append(std::to_string(a)));
        }
    return std::nullopt;
}

} // namespace detail

/// What is wrong with a topology; nothing where it can be.
///
/// Errors: more than 32 GPUs or 256 adapters, a matrix that is ragged or not symmetric, more than 18 NVLinks, a NUMA node
/// beyond 15, a partition of GPUs that are not there.
[[nodiscard]] inline std::optional<input_error> topology_error(const node_topology& topology) {
    const std::size_t gpus = topology.numa.size();
    if (gpus > max_gpus_per_node) return detail::wrong_topology("GPUs", std::to_string(gpus), "at most 32 on a node");
    for (const int node : topology.numa)
        if (node < unknown_numa || node > max_numa_node)
            return detail::wrong_topology("NUMA node", std::to_string(node), "from 0 to 15");
    if (auto wrong = detail::wrong_links(topology)) return wrong;
    if (topology.nics.size() > max_nics)
        return detail::wrong_topology("NICs", std::to_string(topology.nics.size()), "at most 256 on a node");
    for (const nic& each : topology.nics) {
        if (each.numa < unknown_numa || each.numa > max_numa_node)
            return detail::wrong_topology("NUMA node", std::to_string(each.numa), "from 0 to 15");
        if (each.to_gpus.size() != gpus)
            return detail::wrong_topology(std::string{"paths of "}.append(each.name),
                                          std::to_string(each.to_gpus.size()), "a path a GPU");
    }
    if (topology.partitions.size() > max_partitions)
        return detail::wrong_topology("partitions", std::to_string(topology.partitions.size()), "at most 64");
    for (const gpu_set part : topology.partitions)
        if (part.empty() || !((part & gpu_set::first(topology.gpus())) == part))
            return detail::wrong_topology("partition", std::to_string(part.bits()),
                                          "some of the GPUs of the node, as bits");
    return std::nullopt;
}

} // namespace gpupack
