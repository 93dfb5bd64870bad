// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// The GPUs of some nodes.
[[nodiscard]] inline std::int64_t count_gpus(const std::vector<node>& nodes) {
    std::int64_t gpus = 0;
    for (const node& each : nodes)
        for (const gpu_group& group : each.spec.gpus.groups()) gpus += group.count;
    return gpus;
}

/// Keeps some nodes of a workload's cluster, taken evenly from the list, so that each sort of node keeps its part where
/// neighbours are alike. The tasks stay as they are. What the cluster has in all, if it is known, shrinks with its GPUs.
///
/// @param target  the workload
/// @param count   how many nodes are left
/// @return an error where there are not that many, or none would be left
[[nodiscard]] inline expected<void, input_error> keep_nodes(workload& target, std::size_t count) {
    const std::size_t all = target.nodes.size();
    if (count == 0 || count > all)
        return bad_input("nodes", std::to_string(count), std::string{"1 to "}.append(std::to_string(all)));
    const std::int64_t gpus = count_gpus(target.nodes);
    std::vector<node> kept;
    kept.reserve(count);
    for (std::size_t i = 0; i < count; ++i) kept.push_back(std::move(target.nodes[i * all / count]));
    target.nodes = std::move(kept);
    if (gpus > 0) target.capacity = target.capacity * count_gpus(target.nodes) / gpus;
    return {};
}

} // namespace gpupack::workload
