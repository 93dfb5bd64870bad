// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// The profiles, as bits by index of the GPU's table, of which the share would get an instance there now; 0 where
/// none has a place.
[[nodiscard]] GPUPACK_HD constexpr std::uint32_t open_profiles_on(const node_view& node, int gpu,
                                                                  const share& share) noexcept {
    return open_profiles(node.gpu(gpu), node.capacity(gpu).table(share.way()), share.way(), share.profiles());
}

/// Those of some GPUs of a node on which an instance (MIG, vGPU) has a place now.
[[nodiscard]] GPUPACK_HD constexpr gpu_set gpus_for_instance(const node_view& node, gpu_set gpus,
                                                             const share& share) noexcept {
    gpu_set fitting;
    const partition_table* const of_all = share.way() == sharing::mig ? node.type().mig : node.type().vgpu;
    if (of_all == nullptr) {
        for (int i = 0; i < node.gpu_count(); ++i)
            if (gpus.contains(i) && open_profiles_on(node, i, share) != 0) fitting.insert(i);
        return fitting;
    }
    // All its GPUs have one table: the profiles are looked up once.
    const std::uint32_t profiles = of_all->among(share.profiles());
    const bool when_idle = (profiles & of_all->open_when_idle) != 0;
    for (int i = 0; i < node.gpu_count(); ++i) {
        const gpu_state& gpu = node.gpu(i);
        const bool has_place =
            gpu.way == share.way() ? (profiles & gpu.open_profiles()) != 0 : gpu.way == sharing::idle && when_idle;
        if (has_place && !gpu.closed && gpus.contains(i)) fitting.insert(i);
    }
    return fitting;
}

/// The first of the profiles asked for that has a place on the GPU; it must have one.
[[nodiscard]] GPUPACK_HD constexpr int profile_on(const node_view& node, int gpu, const share& share) noexcept {
    constexpr std::uint32_t end =
        1U << (partition_table::most_profiles - 1); // for the compiler: never beyond the table
    return lowest_bit(open_profiles_on(node, gpu, share) | end);
}

/// Calls visit(slot) for each free slot of that profile, lowest start first.
GPUPACK_CALLS_BACK
template <class Visit>
GPUPACK_HD constexpr void for_each_free_slot(const node_view& node, int gpu, const share& share, Visit&& visit) {
    const partition_table& table = *node.capacity(gpu).table(share.way());
    const partition_profile& profile = table.profiles[profile_on(node, gpu, share)]; // NOLINT: a fit, so it has one
    const std::uint64_t occupied = in_profiles(node.gpu(gpu).way) ? node.gpu(gpu).occupied() : 0;
    for (int slot = profile.first_slot; slot < profile.first_slot + profile.slot_count; ++slot)
        if (table.is_free(slot, occupied)) visit(slot);
}

/// The lowest free slot of that profile, which must have one.
[[nodiscard]] GPUPACK_HD constexpr int lowest_slot(const node_view& node, int gpu, const share& share) noexcept {
    const partition_table& table = *node.capacity(gpu).table(share.way());
    const std::uint64_t occupied = in_profiles(node.gpu(gpu).way) ? node.gpu(gpu).occupied() : 0;
    return table.first_free(profile_on(node, gpu, share), occupied);
}

/// The lowest free slot on each of some GPUs that fit; all 0 where the share is not of instances.
[[nodiscard]] GPUPACK_HD constexpr slot_list lowest_slots(const node_view& node, gpu_set gpus,
                                                          const share& share) noexcept {
    slot_list slots;
    if (!in_profiles(share.way())) return slots;
    for_each_gpu_indexed(gpus, [&](int nth, int i) { slots.set(nth, lowest_slot(node, i, share)); });
    return slots;
}

} // namespace gpupack::fit
