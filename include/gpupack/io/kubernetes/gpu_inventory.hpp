// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// Who gives out the GPUs of a node.
enum class gpu_sharing_system : std::uint8_t { none, device_plugin, gpushare, hami, volcano, kai };

/// The name of a system: "hami".
///
/// @param system  the system
[[nodiscard]] constexpr std::string_view name_of(gpu_sharing_system system) noexcept {
    switch (system) {
    case gpu_sharing_system::device_plugin: return "device-plugin";
    case gpu_sharing_system::gpushare: return "gpushare";
    case gpu_sharing_system::hami: return "hami";
    case gpu_sharing_system::volcano: return "volcano";
    case gpu_sharing_system::kai: return "kai";
    default: return "none";
    }
}

/// A GPU of a node, and what is in use of it.
struct inventory_gpu {
    std::string uuid{};           ///< Empty where the objects do not say it.
    std::int64_t memory = 0;      ///< In the unit of the node's system; 0: not known.
    std::int64_t cores = 100;     ///< Percent that can be given out.
    std::int64_t slots = 1;       ///< Tasks that may share it.
    bool healthy = true;          ///< Tasks may be placed on it.
    bool cordoned = false;        ///< No new tasks.
    std::int64_t used_memory = 0; ///< Of its memory.
    std::int64_t used_cores = 0;  ///< Of its percent.
    std::int64_t used_slots = 0;  ///< Of its slots.
};

/// A resource that is counted but not tied to a GPU that the objects name: whole GPUs and MIG devices of the device plugin.
struct inventory_count {
    std::string resource;   ///< "nvidia.com/gpu", "nvidia.com/mig-1g.5gb".
    std::int64_t total = 0; ///< What may be given out (allocatable).
    std::int64_t used = 0;  ///< What pods have.
};

/// A node with GPUs.
struct inventory_node {
    std::string name;                                     ///< metadata.name.
    gpu_sharing_system system = gpu_sharing_system::none; ///< Who gives out its GPUs.
    std::string product{};                                ///< The GPUs' product; empty where the objects do not say it.
    std::string model{};               ///< The model of gpupack's catalogue; empty where none is known by that name.
    std::int64_t replicas = 1;         ///< How often the device plugin gives out each GPU.
    std::string mig_strategy{};        ///< none, single or mixed; empty where the objects do not say it.
    std::vector<inventory_gpu> gpus{}; ///< By index.
    std::vector<inventory_count> counts{}; ///< What is only counted.
};

/// What a pod has of one GPU.
struct inventory_share {
    std::optional<std::int64_t> gpu{}; ///< The index on its node; nothing: the objects do not say which.
    std::int64_t memory = 0;           ///< In the unit of the node's system; 0: none asked for.
    std::int64_t cores = 0;            ///< Percent; 0: none asked for.
};

/// A pod that asks for GPUs.
struct inventory_pod {
    std::string name;                                     ///< "namespace/name".
    std::string node{};                                   ///< Where it is; empty: it waits.
    gpu_sharing_system system = gpu_sharing_system::none; ///< Whose resources it asks for.
    std::int64_t gpus = 0;                                ///< GPUs that it asks for.
    std::int64_t memory = 0;                              ///< Memory of each; 0: all of it, or none asked for.
    std::int64_t memory_percent = 0;                      ///< The same in percent.
    std::int64_t cores = 0;                               ///< Percent of each; 0: none asked for.
    std::string resource{};                               ///< What is only counted: the resource.
    std::vector<inventory_share> shares{};                ///< What it has, where that is known.

    /// Whether it has no node yet.
    [[nodiscard]] bool waits() const noexcept { return node.empty(); }
};

/// What a cluster's objects say about its GPUs and the pods on them. What they do not say stays open and is remarked on.
struct gpu_inventory {
    std::vector<inventory_node> nodes{}; ///< Nodes with GPUs, in the order of the list.
    std::vector<inventory_pod> pods{};   ///< Pods that ask for GPUs and have not ended, in the order of the list.
    std::vector<std::string> remarks{};  ///< What could not be read or cannot be known, one line each.

    /// The node of that name, or nullptr.
    ///
    /// @param name  metadata.name
    [[nodiscard]] inventory_node* find_node(std::string_view name) {
        for (inventory_node& node : nodes)
            if (node.name == name) return &node;
        return nullptr;
    }
};

} // namespace gpupack::io
