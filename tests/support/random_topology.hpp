// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

/// A random symmetric matrix of links, few values of them, so that ties are frequent; a NUMA node a GPU and up to two
/// adapters.
inline gpupack::node_topology random_topology(gpupack::random_stream& random, int gpus) {
    const auto below = [&](std::uint64_t count) { return random.below(count); };
    const std::uint64_t numa_nodes = 1 + below(3);
    const bool nvlinks = below(4) != 0;
    gpupack::node_topology all;
    const auto count = static_cast<std::size_t>(gpus);
    for (std::size_t i = 0; i < count; ++i) all.numa.push_back(static_cast<int>(below(numa_nodes)));
    all.links.assign(count, std::vector<gpupack::gpu_link>(count));
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            const auto path = static_cast<gpupack::pcie_path>(below(6));
            const auto links = static_cast<std::uint8_t>(nvlinks && below(2) == 0 ? below(3) : 0);
            all.links[a][b] = all.links[b][a] = {path, links};
        }
    all.switched = nvlinks && below(4) == 0;
    for (std::uint64_t n = below(3); n > 0; --n) {
        gpupack::nic added{std::string{"mlx5_"}.append(std::to_string(n)), static_cast<int>(below(numa_nodes)), {}};
        for (std::size_t i = 0; i < count; ++i) added.to_gpus.push_back(static_cast<gpupack::pcie_path>(below(6)));
        all.nics.push_back(added);
    }
    return all;
}
