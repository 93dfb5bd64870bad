// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/topology/link_view.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Chooses whole GPUs by the partitions that the NVSwitches of a node can set apart: those of its topology, and where
/// that tells none, the blocks of 1, 2, 4 and 8 neighbours of a machine of eight. Takes the partition that leaves most
/// larger ones whole.
///
/// Score: sum over k in 8, 4, 2, down to the number asked for, of W_k * (partitions of k that stay idle), W being
/// 10000, 100 and 1; -1 for GPUs that are no partition, which Koordinator refuses when the policy is `Honor`.
/// Ties: lower GPU set.
/// Source: DeviceShare's partition table for H100, H800 and H20 (docs/sources.md#koordinator).
struct koordinator_partitions {
    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.own_candidates = true};

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen, const request&) const noexcept {
        return score_of(chosen.node, chosen.gpus);
    }

    /// Visits the partitions that are idle and the lowest GPUs that fit: which of several equal GPUs are taken
    /// matters here.
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        if (!fit::fits(node, request)) return;
        const gpu_set lowest = fit::lowest_gpus(node, request);
        visit(score_of(node, lowest), lowest, fit::lowest_slots(node, lowest, request.share));
        if (request.share.way() != sharing::exclusive || request.gpus == 0) return;
        for_each_partition(node, [&](gpu_set partition) {
            if (partition.size() == request.gpus && fit::fits_on(node, request, partition))
                visit(score_of(node, partition), partition, slot_list{});
        });
    }

    friend bool operator==(const koordinator_partitions&, const koordinator_partitions&) = default;

  private:
    template <class Visit>
    GPUPACK_HD static constexpr void for_each_partition(const node_view& node, Visit&& visit) {
        const link_view* const links = node.type().links;
        if (links != nullptr && links->partition_count() > 0) {
            for (int p = 0; p < links->partition_count(); ++p) visit(links->partition(p));
            return;
        }
        for (int size = 8; size >= 1; size /= 2)
            for (int first = 0; first + size <= node.gpu_count(); first += size)
                visit(gpu_set::from_bits(gpu_set::first(size).bits() << first));
    }

    [[nodiscard]] GPUPACK_HD static constexpr policy::score score_of(const node_view& node, gpu_set set) noexcept {
        gpu_set idle;
        for (int i = 0; i < node.gpu_count(); ++i)
            if (is_free_whole(node.gpu(i)) && !set.contains(i)) idle.insert(i);
        const int count = set.size();
        bool is_partition = false;
        policy::score sum = 0;
        for_each_partition(node, [&](gpu_set partition) {
            is_partition = is_partition || partition == set;
            const int size = partition.size();
            if (size < count || !((partition & idle) == partition)) return;
            sum += size == 8 ? 10000 : size == 4 ? 100 : size == 2 ? 1 : 0;
        });
        return is_partition ? sum : -1;
    }
};

static_assert(policy::scorer<koordinator_partitions>);

} // namespace gpupack::dialect
