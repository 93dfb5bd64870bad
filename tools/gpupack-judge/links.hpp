// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/topology/node_topology.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <vector>

namespace judge_program {

/// The topology of a case of go-gpuallocator or the device plugin, as far as they count it: PCIe paths and NVLinks from GPU to
/// GPU. NVLinks to switches count nothing there.
[[nodiscard]] inline gpupack::node_topology topology_of(const nlohmann::json& test_case) {
    const std::size_t count = test_case["gpus"];
    gpupack::node_topology topology;
    topology.numa.assign(count, 0);
    topology.links.assign(count, std::vector<gpupack::gpu_link>(count));
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < count; ++b)
            if (a != b)
                topology.links[a][b] = {static_cast<gpupack::pcie_path>(test_case["pcie"][a][b].get<int>() - 1),
                                        test_case["nvlinks"][a][b].get<std::uint8_t>()};
    return topology;
}

} // namespace judge_program
