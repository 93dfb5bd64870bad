// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/link_view.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// The partitions that the NVSwitches of a node can set apart, each with Koordinator's allocation score.
class koordinator_partition_table {
  public:
    /// Blocks of 1, 2, 4 and 8 neighbours of a machine of eight, score 1 each: Koordinator's own table for H100, H800 and H20.
    /// On a node with fewer GPUs it counts blocks of GPUs that are not there.
    [[nodiscard]] GPUPACK_HD static constexpr koordinator_partition_table of_eight() noexcept {
        koordinator_partition_table table;
        for (int size = 8; size >= 1; size /= 2)
            for (int first = 0; first + size <= 8; first += size)
                table.add(gpu_set::from_bits(gpu_set::first(size).bits() << first), 1);
        return table;
    }
    /// The partitions that a node tells, score 1 each; those of eight where it tells none.
    [[nodiscard]] GPUPACK_HD static constexpr koordinator_partition_table of_node(const node_view& node) noexcept {
        const link_view* const links = node.type().links;
        if (links == nullptr || links->partition_count() == 0) return of_eight();
        koordinator_partition_table table;
        for (int p = 0; p < links->partition_count(); ++p) table.add(links->partition(p), 1);
        return table;
    }

    /// Adds a partition; beyond max_partitions nothing happens.
    ///
    /// @param gpus   its GPUs
    /// @param score  its allocation score: partitions with the lowest are taken first
    GPUPACK_HD constexpr void add(gpu_set gpus, int score) noexcept {
        if (count_ == max_partitions) return;
        gpus_[count_] = gpus;
        scores_[count_++] = score;
    }

    /// Whether there is none.
    [[nodiscard]] GPUPACK_HD constexpr bool empty() const noexcept { return count_ == 0; }
    /// Calls visit(gpus, score) for each partition, in the order in which they were added.
    template <class Visit> GPUPACK_HD constexpr void for_each(Visit&& visit) const {
        for (int p = 0; p < count_; ++p) visit(gpus_[p], scores_[p]);
    }
    /// The lowest score above `floor` of partitions of that many GPUs; `none` where there is none.
    [[nodiscard]] GPUPACK_HD constexpr int next_score(int size, int floor) const noexcept {
        int lowest = none;
        for (int p = 0; p < count_; ++p)
            if (gpus_[p].size() == size && scores_[p] > floor && scores_[p] < lowest) lowest = scores_[p];
        return lowest;
    }

    static constexpr int none = 0x7fffffff; ///< Beyond all scores.

  private:
    gpu_set gpus_[max_partitions] = {};
    int scores_[max_partitions] = {};
    int count_ = 0;
};

/// What Koordinator prefers a partition by: of the larger partitions, and those of its size, that stay idle when it is taken,
/// the sum of W_k times their score, W being 10000, 100 and 1 for 8, 4 and 2 GPUs. Only those of the lowest score count.
///
/// Source: DeviceShare's selectPartitionByBinPack (docs/sources.md#koordinator).
[[nodiscard]] GPUPACK_HD constexpr policy::score koordinator_partition_score(const koordinator_partition_table& table,
                                                                             gpu_set used, gpu_set partition) noexcept {
    constexpr int lowest = -0x7fffffff;
    policy::score sum = 0;
    table.for_each([&](gpu_set gpus, int score) {
        const int size = gpus.size();
        if (size < partition.size() || size < 2 || score != table.next_score(size, lowest)) return;
        if (!(gpus & (used | partition)).empty()) return;
        sum += policy::score{size == 8 ? 10000 : size == 4 ? 100 : size == 2 ? 1 : 0} * score;
    });
    return sum;
}

/// The partition that Koordinator takes for whole GPUs: of those whose GPUs fit, the ones with the lowest allocation score, and
/// of these the one that leaves most larger ones whole; ties to the first of the table.
///
/// Source: DeviceShare's allocateByPartition (docs/sources.md#koordinator).
///
/// @param node        the node
/// @param request     for whole GPUs
/// @param table       the partitions of the node
/// @param restricted  whether the pod wants one with the lowest score of all, and else none
/// @return            none where no partition will do, for which a node that honours partitions refuses the pod
[[nodiscard]] GPUPACK_HD constexpr gpu_set koordinator_partition(const node_view& node, const request& request,
                                                                 const koordinator_partition_table& table,
                                                                 bool restricted = false) noexcept {
    gpu_set used;
    gpu_set present;
    for (int i = 0; i < node.gpu_count(); ++i) {
        if (node.gpu(i).sharers() > 0) used.insert(i);
        if (!node.gpu(i).closed) present.insert(i);
    }
    gpu_set best;
    policy::score highest = 0;
    int score = table.next_score(request.gpus, -0x7fffffff);
    for (; score != koordinator_partition_table::none; score = table.next_score(request.gpus, score)) {
        table.for_each([&](gpu_set gpus, int of_score) {
            if (gpus.size() != request.gpus || of_score != score) return;
            if (!(gpus & used).empty() || !present.contains(gpus)) return;
            const policy::score value = koordinator_partition_score(table, used, gpus);
            if (!best.empty() && value <= highest) return;
            best = gpus;
            highest = value;
        });
        if (!best.empty() || restricted) break;
    }
    return best;
}

/// Chooses whole GPUs by the partitions that the NVSwitches of a node can set apart: those of its topology, and where
/// that tells none, the blocks of 1, 2, 4 and 8 neighbours of a machine of eight. Takes the partition that leaves most
/// larger ones whole.
///
/// Score: koordinator_partition_score; -1 for GPUs that are no partition, which Koordinator refuses when the policy is
/// `Honor`.
/// Ties: lower GPU set.
/// Source: DeviceShare's partition table for H100, H800 and H20 (docs/sources.md#koordinator).
struct koordinator_partitions {
    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.own_candidates = true};

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request&) const noexcept {
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
        koordinator_partition_table::of_node(node).for_each([&](gpu_set partition, int) {
            if (partition.size() == request.gpus && fit::fits_on(node, request, partition))
                visit(score_of(node, partition), partition, slot_list{});
        });
    }

    friend bool operator==(const koordinator_partitions&, const koordinator_partitions&) = default;

  private:
    [[nodiscard]] GPUPACK_HD static constexpr policy::score score_of(const node_view& node, gpu_set set) noexcept {
        gpu_set used;
        for (int i = 0; i < node.gpu_count(); ++i)
            if (node.gpu(i).sharers() > 0) used.insert(i);
        const koordinator_partition_table table = koordinator_partition_table::of_node(node);
        bool is_partition = false;
        table.for_each([&](gpu_set partition, int) { is_partition = is_partition || partition == set; });
        return is_partition ? koordinator_partition_score(table, used, set) : -1;
    }
};

static_assert(policy::scorer<koordinator_partitions>);

} // namespace gpupack::dialect
