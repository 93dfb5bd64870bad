// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// A MIG instance that stands on a GPU, used or not.
struct standing_instance {
    int slot = 0;      ///< Of the GPU's table: a profile at a start.
    bool busy = false; ///< Whether a task has it.
    std::int64_t destroy_cost =
        0; ///< Of destroying it, with what that does to its task; running_task::never: it stays.

    friend bool operator==(const standing_instance&, const standing_instance&) = default;
};

/// A GPU with the MIG instances that stand on it: its geometry.
struct standing_gpu {
    node_id node{};                             ///< Its node.
    int gpu = 0;                                ///< Its number there.
    const partition_table* table = nullptr;     ///< How it can be cut; must outlive this.
    std::vector<standing_instance> instances{}; ///< In any order; no two take the same.

    /// The bits that the instances take.
    [[nodiscard]] std::uint64_t occupied() const noexcept {
        std::uint64_t taken = 0;
        for (const standing_instance& each : instances) taken |= table->slots[each.slot].taken;
        return taken;
    }
    /// The instance in a slot, or the end.
    [[nodiscard]] auto find(int slot) noexcept {
        return std::find_if(instances.begin(), instances.end(),
                            [&](const standing_instance& each) { return each.slot == slot; });
    }

    friend bool operator==(const standing_gpu&, const standing_gpu&) = default;
};

namespace detail {

/// Marks the instances that a placement has as busy; those that do not stand yet, as they come with requests, are added.
inline void mark_busy(std::vector<standing_gpu>& gpus, std::size_t first, const placed_resources& held,
                      const node_view& node) {
    if (held.share.way() != sharing::mig) return;
    for_each_gpu_indexed(held.gpus, [&](int nth, int i) {
        const auto gpu = std::find_if(gpus.begin() + static_cast<std::ptrdiff_t>(first), gpus.end(),
                                      [&](const standing_gpu& each) { return each.gpu == i; });
        if (gpu == gpus.end()) return;
        const partition_table& placed = *node.capacity(i).mig;
        const partition_slot& slot = placed.slots[held.slots[nth]];
        const int found = *gpu->table->find(placed.profiles[slot.profile].name.view(), slot.start);
        auto standing = gpu->find(found);
        if (standing == gpu->instances.end()) standing = gpu->instances.insert(standing, {.slot = found});
        standing->busy = true;
        standing->destroy_cost = running_task::never;
    });
}

} // namespace detail

/// The GPUs of a cluster that can be cut by MIG anew, with the instances that stand on them. Those of live placements are
/// busy and stay; a caller that may destroy one sets its cost. Where instances come and go with requests, only these stand.
///
/// Left out are closed nodes and GPUs, and GPUs that are used, or may only be used, in another way than MIG.
///
/// @param cluster  must outlive the tables that the GPUs point to
[[nodiscard]] inline std::vector<standing_gpu> standing_gpus(const cluster& cluster) {
    std::vector<standing_gpu> gpus;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view node = cluster.node_at(n);
        if (node.closed()) continue;
        const std::size_t first = gpus.size();
        for (int i = 0; i < node.gpu_count(); ++i) {
            const gpu_capacity& capacity = node.capacity(i);
            const bool other_use = node.gpu(i).way != sharing::mig && node.gpu(i).way != sharing::idle;
            if (node.gpu(i).closed || other_use || capacity.mig == nullptr) continue;
            const partition_table& table = *cluster.models().tables_of(node.gpu_model(i)).mig;
            standing_gpu gpu{.node = node.id(), .gpu = i, .table = &table};
            const bool stands = capacity.mig->slot_count < table.slot_count; // a geometry of its own
            for (int slot = 0; stands && slot < capacity.mig->slot_count; ++slot) {
                const partition_slot& each = capacity.mig->slots[slot];
                gpu.instances.push_back(
                    {.slot = *table.find(capacity.mig->profiles[each.profile].name.view(), each.start)});
            }
            gpus.push_back(std::move(gpu));
        }
        cluster.for_each_placement_on(node.id(), [&](const placement& placed) {
            detail::mark_busy(gpus, first, cluster.resources_of(placed), node);
        });
    }
    return gpus;
}

} // namespace gpupack::plan
