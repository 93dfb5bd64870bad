// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/domain_tree.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

namespace detail {

/// How often training jobs of so many GPUs come. Most jobs are small and most GPUs are in large ones, as in the
/// published traces of training clusters; the weights are ours.
struct training_row {
    int gpus;
    int weight;
};
inline constexpr training_row training_jobs[] = {{1, 400}, {2, 150}, {4, 120},  {8, 180}, {16, 60},
                                                 {32, 40}, {64, 25}, {128, 15}, {256, 7}, {512, 3}};

/// Training jobs on nodes of one type: up to a node as one task, beyond as a gang of whole nodes.
///
/// @param name           of the workload
/// @param spec           of every node
/// @param gpus_a_node    of spec
/// @param domains        the tree
/// @param leaf_level     the level of the domains that hold nodes
/// @param nodes_a_leaf   in each of them
[[nodiscard]] inline workload training_workload(std::string name, const node_spec& spec, int gpus_a_node,
                                                const domain_tree& domains, std::string_view leaf_level,
                                                int nodes_a_leaf) {
    workload made{.name = std::move(name), .domains = domains, .unit = "GPUs"};
    for (std::uint32_t d = 0; d < domains.size(); ++d) {
        const domain& leaf = domains[domain_id{d}];
        if (domains.levels()[static_cast<std::size_t>(leaf.level)] != leaf_level) continue;
        for (int i = 0; i < nodes_a_leaf; ++i) made.nodes.push_back({{}, spec, leaf.name});
    }
    made.capacity = static_cast<std::int64_t>(made.nodes.size()) * gpus_a_node;
    for (const auto& [gpus, weight] : training_jobs) {
        const int each = gpus < gpus_a_node ? gpus : gpus_a_node;
        made.tasks.push_back(
            {.name = std::to_string(gpus).append(gpus == 1 ? " GPU" : " GPUs"),
             .request = {.cpu = milli_cpu{8000} * each, .memory = mebibytes{65536} * each, .gpus = each},
             .members = gpus / each,
             .weight = weight,
             .size = gpus});
    }
    return made;
}

/// A tree of blocks and the leaves in each.
[[nodiscard]] inline domain_tree blocks_of(int blocks, int leaves_each, const std::string& leaf_level) {
    domain_tree_builder tree{{"block", leaf_level}};
    for (int b = 0; b < blocks; ++b) {
        const std::string block = std::string{"block "}.append(std::to_string(b));
        tree.add(block, "block");
        for (int r = 0; r < leaves_each; ++r)
            tree.add(std::string{leaf_level}.append(" ").append(std::to_string(b * leaves_each + r)), leaf_level,
                     block);
    }
    return tree.build().value();
}

} // namespace detail

/// The names of the training workloads.
[[nodiscard]] inline std::vector<std::string> training_names() {
    return {"training-h100", "training-dgx1", "training-nvl72"};
}

/// A training workload: jobs of 1 to 512 GPUs, those of more than a node as gangs of whole nodes.
///
/// @param name  training-h100: 4 blocks of 8 racks of 4 DGX H100, 1,024 GPUs; training-dgx1: the same of DGX-1 with
///              V100, where pairs differ much in their links; training-nvl72: 4 blocks of 4 NVL72, each 18 trays of 4
///              GPUs on one NVLink fabric, 1,152 GPUs
/// @return none where no training workload has that name
[[nodiscard]] inline std::optional<workload> make_training(std::string_view name) {
    using detail::blocks_of;
    using detail::training_workload;
    if (name == "training-h100")
        return training_workload("training-h100", machines::dgx_h100(), 8, blocks_of(4, 8, "rack"), "rack", 4);
    if (name == "training-dgx1")
        return training_workload("training-dgx1", machines::dgx_1_v100(), 8, blocks_of(4, 8, "rack"), "rack", 4);
    if (name == "training-nvl72")
        return training_workload("training-nvl72", machines::gb200_nvl72_tray(), 4, blocks_of(4, 4, "nvl72"), "nvl72",
                                 18);
    return std::nullopt;
}

} // namespace gpupack::workload
