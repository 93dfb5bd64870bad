#pragma once

#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::policy {

/// The fullest GPU that has a place, and there the start that HAMi takes: the highest free one for profiles of 1
/// and 3 compute slices, the lowest for the others.
///
/// score   minus 256 * (memory units free before), and the start where the highest is wanted
/// other requests  the GPU with least compute free
/// ties    lower node, lower GPU
/// source  the MIG allocation of HAMi (docs/sources.md#hami)
struct mig_best_fit {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& chosen,
                                                        const request& asked) const noexcept {
        score sum = 0;
        int nth = 0;
        for (std::uint32_t rest = chosen.gpus.bits(); rest != 0; rest &= rest - 1, ++nth) {
            const int i = lowest_bit(rest);
            const gpu_state& gpu = chosen.node.gpu(i);
            if (asked.share.way() != sharing::mig) {
                sum -= gpu.compute_free;
                continue;
            }
            const partition_table& table = *chosen.node.capacity(i).mig;
            const partition_slot& slot = table.slots[chosen.slots[nth < max_instances ? nth : 0]];
            const std::uint64_t occupied = gpu.way == sharing::mig ? gpu.occupied() : 0;
            const int used = count_bits(static_cast<std::uint32_t>(occupied) & ((1U << table.units) - 1));
            const int slices = table.profiles[slot.profile].slices;
            sum -= 256 * (table.units - used);
            if (slices == 1 || slices == 3) sum += slot.start;
        }
        return sum;
    }

    friend bool operator==(const mig_best_fit&, const mig_best_fit&) = default;
};

static_assert(scorer<mig_best_fit>);

} // namespace gpupack::policy
