// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

namespace detail {

/// How much HAMi likes a slot better than others of its profile: by its start for profiles of 1 and 3 compute
/// slices, which it takes from the highest down.
[[nodiscard]] GPUPACK_HD constexpr policy::score hami_start(const partition_table& table, int slot) noexcept {
    const int slices = table.profiles[table.slots[slot].profile].slices;
    return slices == 1 || slices == 3 ? table.slots[slot].start : 0;
}

} // namespace detail

/// The fullest GPU that has a place, and there the start that HAMi takes: the highest free one for profiles of 1
/// and 3 compute slices, the lowest for the others.
///
/// other requests  the GPU with least compute free
///
/// Score: minus 256 * (memory units free before), and the start where the highest is wanted.
/// Ties: lower node, lower GPU.
/// Source: the MIG allocation of HAMi (docs/sources.md#hami).
struct hami_mig {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        policy::score sum = 0;
        for_each_gpu_indexed(chosen.gpus, [&](int nth, int i) {
            const gpu_state& gpu = chosen.node.gpu(i);
            if (request.share.way() != sharing::mig) {
                sum -= gpu.compute_free;
                return;
            }
            const partition_table& table = *chosen.node.capacity(i).mig;
            const std::uint64_t occupied = gpu.way == sharing::mig ? gpu.occupied() : 0;
            const int used = count_bits(static_cast<std::uint32_t>(occupied) & ((1U << table.units) - 1));
            sum -= 256 * (table.units - used);
            sum += detail::hami_start(table, chosen.slots[nth < max_instances ? nth : 0]);
        });
        return sum;
    }

    friend bool operator==(const hami_mig&, const hami_mig&) = default;
};

static_assert(policy::scorer<hami_mig>);

} // namespace gpupack::dialect
