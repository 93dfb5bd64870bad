// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// What is free on one node now: its host, and its GPUs summed up; each GPU stands in a gpu_state of its own.
///
/// Most fit tests and node-level scores read this alone, so that a search over many nodes streams one small array.
struct node_state {
    std::int32_t cpu_free = 0;       ///< milli-cores
    std::int32_t memory_free = 0;    ///< MiB of the host
    std::int32_t compute_free = 0;   ///< milli-GPUs, over all GPUs
    std::int32_t part_free = 0;      ///< milli-GPUs: of each GPU what is free of its compute or memory, the lesser part
    std::int32_t slice_memory = -1;  ///< MiB: the most that is free on one GPU that takes slices; -1 where none does
    std::int16_t slice_compute = -1; ///< milli-GPUs: the most that is free on one GPU that takes slices; -1 likewise
    std::uint8_t idle_gpus : 6 = 0;  ///< GPUs that may be given whole: with nothing on them, and not closed
    bool closed : 1 = false;         ///< nothing more may be placed on the node at all
    std::uint8_t open_profiles = 0;  ///< fold_profiles of those that have a place on a GPU that is in instances

    GPUPACK_HD friend constexpr bool operator==(const node_state& a, const node_state& b) noexcept {
        return a.cpu_free == b.cpu_free && a.memory_free == b.memory_free && a.compute_free == b.compute_free &&
               a.part_free == b.part_free && a.slice_memory == b.slice_memory && a.slice_compute == b.slice_compute &&
               a.idle_gpus == b.idle_gpus && a.closed == b.closed && a.open_profiles == b.open_profiles;
    }
};

static_assert(sizeof(node_state) == 24 && std::is_trivially_copyable_v<node_state>);

/// Profiles of a table, as bits by index, in eight bits: those from the eighth on share one. Where two sets fold to
/// nothing in common, they have none.
[[nodiscard]] GPUPACK_HD constexpr std::uint8_t fold_profiles(std::uint32_t profiles) noexcept {
    return static_cast<std::uint8_t>((profiles & 0x7fU) | (profiles > 0x7fU ? 0x80U : 0U));
}

/// Brings what a node's state says of its GPUs up to date.
///
/// @param node  the state of the node
/// @param gpus  [count] the state of its GPUs
/// @param capacities  [count] what they have in all
/// @param count  how many they are
GPUPACK_HD constexpr void sum_up_gpus(node_state& node, const gpu_state* gpus, const gpu_capacity* capacities,
                                      int count) noexcept {
    node.compute_free = 0;
    node.part_free = 0;
    node.slice_memory = -1;
    node.slice_compute = -1;
    std::uint32_t idle = 0;
    std::uint32_t open = 0;
    for (int i = 0; i < count; ++i) {
        const gpu_state& gpu = gpus[i];
        node.compute_free += gpu.compute_free;
        node.part_free += gpupack::free_part(gpu, capacities[i]);
        idle += is_free_whole(gpu) ? 1 : 0;
        if (in_profiles(gpu.way) && !gpu.closed) open |= gpu.open_profiles();
        if (!takes_slices(gpu)) continue;
        if (node.slice_memory < gpu.memory_free) node.slice_memory = gpu.memory_free;
        if (node.slice_compute < gpu.compute_free) node.slice_compute = gpu.compute_free;
    }
    node.idle_gpus = idle & 63U;
    node.open_profiles = fold_profiles(open);
}

/// The state of a node with nothing on it.
///
/// @param type  the type of the node
/// @param gpus  [type.gpu_count] its GPUs, all idle
[[nodiscard]] GPUPACK_HD constexpr node_state idle_state(const node_type& type, const gpu_state* gpus) noexcept {
    node_state node;
    node.cpu_free = static_cast<std::int32_t>(type.cpu.count());
    node.memory_free = static_cast<std::int32_t>(type.memory.count());
    sum_up_gpus(node, gpus, type.gpus, type.gpu_count);
    return node;
}

} // namespace gpupack
