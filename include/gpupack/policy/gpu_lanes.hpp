// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// What a GPU has to offer, as one number that a demand is compared with: above 1000 where it can be given whole,
/// else the compute free for slices, -1 where it takes no more.
[[nodiscard]] GPUPACK_HD constexpr std::int32_t offer_of(const gpu_state& gpu) noexcept {
    if (gpu.way == sharing::idle) return gpu.closed ? -1 : static_cast<std::int32_t>(whole_gpu.count()) + 1;
    if (!takes_slices(gpu)) return -1;
    return gpu.compute_free < whole_gpu.count() ? gpu.compute_free : static_cast<std::int32_t>(whole_gpu.count());
}

/// The least offer that serves a share: the counterpart of offer_of. No offer serves an instance (MIG, vGPU), which
/// takes a place and not an amount.
[[nodiscard]] GPUPACK_HD constexpr std::int32_t offer_wanted(const share& share) noexcept {
    if (in_profiles(share.way())) return static_cast<std::int32_t>(whole_gpu.count()) + 2;
    return static_cast<std::int32_t>(share.way() == sharing::exclusive ? whole_gpu.count() + 1
                                                                       : share.compute().count());
}

/// How many GPUs serve a demand, and what is free on them together, in one number: sums of both are
/// taken in one addition.
class served_gpus {
  public:
    served_gpus() = default;
    /// The GPUs that lanes name.
    GPUPACK_HD explicit constexpr served_gpus(std::int32_t packed) noexcept : packed_{packed} {}

    /// One GPU with that much free.
    [[nodiscard]] GPUPACK_HD static constexpr std::int32_t one(std::int32_t free) noexcept { return unit + free; }

    /// How many GPUs.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t count() const noexcept { return packed_ >> 20; }
    /// Milli-GPUs.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t free() const noexcept { return packed_ & (unit - 1); }
    /// The lanes.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t packed() const noexcept { return packed_; }

  private:
    static constexpr std::int32_t unit = 1 << 20; // 32 GPUs have 32,000 milli-GPUs
    std::int32_t packed_ = 0;
};

/// The GPUs of one node, a number a lane, so that a compiler compares several at once.
struct gpu_lanes {
    static constexpr int width = 8; ///< Bits of a lane.

    std::int32_t offer[max_gpus_per_node];      ///< offer_of; -1 beyond the last GPU.
    std::int32_t supply[max_gpus_per_node];     ///< served_gpus::one of its free part, of compute or memory.
    std::int32_t memory[max_gpus_per_node];     ///< Free, in MiB.
    std::int32_t all_memory[max_gpus_per_node]; ///< In all, in MiB.
    std::int32_t used = 0;                      ///< Lanes of the GPUs that there are.
    gpu_set all{};                              ///< All lanes.

    /// Lanes that hold nothing.
    gpu_lanes() = default;
    /// The GPUs as they are.
    GPUPACK_HD explicit constexpr gpu_lanes(const node_view& node) noexcept // NOLINT: the rest is never read
        : used{(node.gpu_count() + width - 1) / width * width}, all{gpu_set::first(node.gpu_count())} {
        for (int i = 0; i < node.gpu_count(); ++i) set(i, node.gpu(i), node.capacity(i));
        for (int i = node.gpu_count(); i < used; ++i) offer[i] = -1;
    }

    /// Changes one lane.
    GPUPACK_HD constexpr void set(int lane, const gpu_state& gpu, const gpu_capacity& capacity) noexcept {
        offer[lane] = offer_of(gpu);
        supply[lane] = served_gpus::one(free_part(gpu, capacity));
        memory[lane] = gpu.memory_free;
        all_memory[lane] = capacity.memory;
    }

    /// The supply of one GPU for a demand, packed; 0 where it does not serve it.
    ///
    /// @param lane          of the GPU
    /// @param least_offer   as offer_wanted() says
    /// @param least_memory  MiB; below 0: minus a percentage of the GPU's memory
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t supply_for(int lane, std::int32_t least_offer,
                                                               std::int32_t least_memory) const noexcept {
        const std::int64_t needed =
            least_memory >= 0 ? least_memory : std::int64_t{all_memory[lane]} * -least_memory / 100;
        const bool enough = (offer[lane] >= least_offer) & (memory[lane] >= needed);
        return enough ? supply[lane] : 0;
    }
};

/// Sums up the GPUs among `candidates` that offer enough.
[[nodiscard]] GPUPACK_HD constexpr served_gpus sum_served(const gpu_lanes& gpus, gpu_set candidates, std::int32_t offer,
                                                          std::int32_t memory) noexcept {
    std::int32_t sum = 0;
    if (memory != 0 || !(candidates == gpus.all)) { // rare: a demand that names memory or a model that some lack
        for_each_gpu(candidates, [&](int i) { sum += gpus.supply_for(i, offer, memory); });
        return served_gpus{sum};
    }
    for (int first = 0; first < gpus.used; first += gpu_lanes::width)
        for (int i = first; i < first + gpu_lanes::width; ++i)  // a fixed count: vectorised
            sum += gpus.offer[i] >= offer ? gpus.supply[i] : 0; // NOLINT: every lane up to used is set
    return served_gpus{sum};
}

} // namespace gpupack::policy
