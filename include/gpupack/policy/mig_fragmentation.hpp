// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/state/cluster.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The scorer that mig_fragmentation prepares.
struct mig_fragmentation_scorer {
    placement_counts_view tables[max_mig_tables] = {}; ///< [MIG tables] the profiles of each, and their placements.

    /// The counts of each MIG table.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        for (placement_counts_view& each : tables) each.for_each_table(visit);
    }

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        score rise = 0;
        for_each_gpu_indexed(candidate.gpus, [&](int nth, int i) {
            const int slot = candidate.slots[nth < max_instances ? nth : 0];
            rise += rise_on(candidate.node, i, request.share.way(), slot);
        });
        return -rise;
    }

  private:
    /// Places that are taken or overlapped although so many units are free, over the plain profiles.
    [[nodiscard]] GPUPACK_HD constexpr score blocked(const placement_counts_view& counts, const partition_table& table,
                                                     std::uint64_t occupied) const noexcept {
        const int free = counts.units - used_units(counts, occupied);
        score sum = 0;
        for (int p = 0; p < counts.profiles; ++p)
            if (table.profiles[p].plain && table.profiles[p].units <= free)
                sum += counts.places(0, p) - counts.places(occupied, p);
        return sum;
    }

    [[nodiscard]] GPUPACK_HD static constexpr int used_units(const placement_counts_view& counts,
                                                             std::uint64_t occupied) noexcept {
        return count_bits(static_cast<std::uint32_t>(occupied) & ((1U << counts.units) - 1));
    }

    [[nodiscard]] GPUPACK_HD constexpr score rise_on(const node_view& node, int i, sharing way,
                                                     int slot) const noexcept {
        constexpr score step = 64; // ties go to the GPU with fewer units free
        const gpu_state& gpu = node.gpu(i);
        const gpu_capacity& capacity = node.capacity(i);
        if (way != sharing::mig) return gpu.compute_free;
        const placement_counts_view& counts = tables[capacity.mig_number];
        const std::uint64_t now = gpu.way == sharing::mig ? gpu.occupied() : 0;
        const std::uint64_t after = now | capacity.mig->slots[slot].taken;
        return step * (blocked(counts, *capacity.mig, after) - blocked(counts, *capacity.mig, now)) + counts.units -
               used_units(counts, now);
    }
};

/// Takes the place that raises MIG fragmentation least: the places that profiles have lost although the GPU has the
/// units for them.
///
///   fragmentation of a GPU = sum over profiles p with size <= units free of (places of p when idle - places of p now)
/// The profiles are those that leave the media engines alone, each counted once. MFI's own score was not published;
/// this one follows its description.
///
/// - Other requests: the GPU with least compute free.
/// - Ties: fewer units free, then lower node, lower GPU, lower start.
/// - Source: MFI, arXiv 2511.18906 (docs/sources.md#mfi).
struct mig_fragmentation {
    static constexpr policy_properties properties{}; ///< What engines must know about it.

    /// The scorer of one decision.
    [[nodiscard]] mig_fragmentation_scorer prepare(const decision& decision) const noexcept {
        mig_fragmentation_scorer made;
        const auto& all = decision.cluster.mig_tables();
        for (std::size_t t = 0; t < all.size(); ++t) made.tables[t] = all[t].counts->view();
        return made;
    }

    friend bool operator==(const mig_fragmentation&, const mig_fragmentation&) = default;
};

} // namespace gpupack::policy
