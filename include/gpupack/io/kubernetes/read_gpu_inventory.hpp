// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/kubernetes/detail/inventory_nodes.hpp>
#include <gpupack/io/kubernetes/detail/inventory_pods.hpp>
#include <gpupack/io/kubernetes/gpu_inventory.hpp>
#include <gpupack/io/kubernetes/json_fields.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace gpupack::inline GPUPACK_ABI::io {

/// Reads what `kubectl get nodes,pods -A -o json` prints: nodes with GPUs under NVIDIA's device plugin, gpushare, HAMi,
/// Volcano or KAI, and the pods that ask for them.
///
/// Annotations are user input: one that cannot be read is remarked on and left out. Under the plain device plugin the API does
/// not say which GPU a pod has; its GPUs are counted. Units: MiB and percent; memory of gpushare is in its own unit, GiB unless
/// its device plugin runs with --memory-unit=MiB. Pods that have ended are left out.
///
/// @param document  the list
/// @param file      named in errors
/// @return the inventory, or an error where the document is no list
[[nodiscard]] inline expected<gpu_inventory, input_error> read_gpu_inventory(const nlohmann::json& document,
                                                                             const std::string& file = {}) {
    const nlohmann::json* const items = json_fields::find(document, "items");
    if (items == nullptr || !items->is_array())
        return unexpected<input_error>{input_error{.file = file,
                                                   .line = 0,
                                                   .field = "items",
                                                   .value = json_fields::brief(document),
                                                   .expected = "a List of nodes and pods"}};
    gpu_inventory inventory;
    detail::inventory_nodes nodes{inventory};
    detail::inventory_pods pods{inventory};
    const auto each = [&](std::string_view kind, const auto& read) {
        for (const nlohmann::json& object : *items)
            if (const nlohmann::json* const name = json_fields::find(object, "kind"); name != nullptr && *name == kind)
                read(object);
    };
    each("Node", [&](const nlohmann::json& object) { nodes.read(object); });
    each("Pod", [&](const nlohmann::json& object) { pods.read_reservation(object); });
    each("Pod", [&](const nlohmann::json& object) { pods.read(object); });
    for (const inventory_pod& pod : inventory.pods) {
        inventory_node* const node = inventory.find_node(pod.node);
        if (node != nullptr && pod.system == gpu_sharing_system::kai) node->system = gpu_sharing_system::kai;
    }
    const bool counts = std::ranges::any_of(inventory.pods, [](const inventory_pod& pod) {
        return pod.system == gpu_sharing_system::device_plugin && !pod.waits();
    });
    if (counts)
        inventory.remarks.emplace_back(
            "which GPU a pod has under the device plugin is not in the API; its GPUs are counted by node");
    return inventory;
}

} // namespace gpupack::io
