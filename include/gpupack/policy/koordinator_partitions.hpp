#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::policy {

/// Chooses whole GPUs by the partitions of an NVSwitch machine of eight: blocks of 1, 2, 4 and 8 neighbours. Takes
/// the block that leaves most larger blocks whole.
///
/// score   sum over k in 8, 4, 2, down to the number asked for, of W_k * (blocks of k that stay idle), W being
/// 10000,
///         100 and 1; -1 for GPUs that are no block, which Koordinator refuses when the partition policy is `Honor`
/// ties    lower GPU set
/// source  DeviceShare's partition table for H100, H800 and H20 (docs/sources.md#koordinator)
struct koordinator_partitions {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& chosen, const request&) const noexcept {
        return score_of_block(chosen.node, chosen.gpus);
    }

    /// Visits the blocks that are idle and the lowest GPUs that fit: neighbours matter, so that equal GPUs are not
    /// interchangeable here.
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& asked, Visit&& visit) const {
        if (!fit::fits(node, asked)) return;
        const gpu_set lowest = fit::lowest_gpus(node, asked);
        visit(score_of_block(node, lowest), lowest, fit::lowest_slots(node, lowest, asked.share));
        if (asked.share.way() != sharing::exclusive || asked.gpus == 0) return;
        const gpu_set fitting = fit::fitting_gpus(node, asked);
        for (int first = 0; first + asked.gpus <= node.gpu_count(); first += asked.gpus) {
            const gpu_set block = neighbours(first, asked.gpus);
            if ((fitting & block) == block) visit(score_of_block(node, block), block, slot_list{});
        }
    }

    friend bool operator==(const koordinator_partitions&, const koordinator_partitions&) = default;

  private:
    [[nodiscard]] GPUPACK_HD static constexpr gpu_set neighbours(int first, int count) noexcept {
        return gpu_set::from_bits(gpu_set::first(count).bits() << first);
    }

    [[nodiscard]] GPUPACK_HD static constexpr score score_of_block(const node_view& node, gpu_set taken) noexcept {
        const int count = taken.size();
        const bool a_size = count == 1 || count == 2 || count == 4 || count == 8;
        if (!a_size || taken.lowest() % count != 0 || !(taken == neighbours(taken.lowest(), count))) return -1;
        score sum = 0;
        for (int k = 8, weight = 10000; k >= 2 && k >= count; k /= 2, weight /= 100)
            for (int first = 0; first + k <= node.gpu_count(); first += k) {
                const gpu_set block = neighbours(first, k);
                bool idle = (block & taken).empty();
                for_each_gpu(block, [&](int i) { idle = idle && is_free_whole(node.gpu(i)); });
                sum += idle ? weight : 0;
            }
        return sum;
    }
};

static_assert(scorer<koordinator_partitions>);

} // namespace gpupack::policy
