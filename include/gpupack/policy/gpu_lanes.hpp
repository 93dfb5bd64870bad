#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::policy {

/// What a GPU has to offer, as one number that a demand is compared with: above 1000 where it can be given whole,
/// else the compute free for slices, -1 where it takes no more.
[[nodiscard]] GPUPACK_HD constexpr std::int32_t offer_of(const gpu_state& gpu) noexcept {
    if (gpu.way == sharing::idle) return static_cast<std::int32_t>(whole_gpu.count()) + 1;
    return takes_slices(gpu) ? gpu.compute_free : -1;
}

/// The least offer that serves a share: the counterpart of offer_of.
[[nodiscard]] GPUPACK_HD constexpr std::int32_t offer_wanted(const share& wanted) noexcept {
    return static_cast<std::int32_t>(wanted.way() == sharing::exclusive ? whole_gpu.count() + 1
                                                                        : wanted.compute().count());
}

/// The GPUs of one node, a number a lane, so that a compiler compares eight at once.
///
/// offer   offer_of; -1 beyond the last GPU
/// free    compute, in milli-GPUs
/// memory  free, in MiB
struct gpu_lanes {
    static constexpr int width = 8;

    std::int16_t offer[max_gpus_per_node];
    std::int16_t free[max_gpus_per_node];
    std::int32_t memory[max_gpus_per_node];
    std::int32_t used = 0;

    GPUPACK_HD explicit constexpr gpu_lanes(const node_view& node) noexcept // NOLINT: the rest is never read
        : used{(node.gpu_count() + width - 1) / width * width} {
        for (int i = 0; i < used; ++i) {
            const bool real = i < node.gpu_count();
            offer[i] = static_cast<std::int16_t>(real ? offer_of(node.gpu(i)) : -1);
            free[i] = static_cast<std::int16_t>(real ? node.gpu(i).compute_free : 0);
            memory[i] = real ? node.gpu(i).memory_free : 0;
        }
    }
};

/// How many GPUs serve a demand, and the compute that is free on them together.
struct served_gpus {
    std::int32_t count = 0;
    std::int32_t free = 0;
};

namespace detail {

/// The GPUs among `wanted` with enough memory free. Rare demands alone name memory.
[[nodiscard]] GPUPACK_HD constexpr gpu_set with_memory(const gpu_lanes& gpus, gpu_set wanted,
                                                       std::int32_t memory) noexcept {
    if (memory <= 0) return wanted;
    gpu_set enough;
    for (int i = 0; i < gpus.used; ++i)
        if (wanted.contains(i) && gpus.memory[i] >= memory) enough.insert(i);
    return enough;
}

} // namespace detail

/// Sums up the GPUs among `wanted` that offer enough.
[[nodiscard]] GPUPACK_HD constexpr served_gpus sum_served(const gpu_lanes& gpus, gpu_set wanted, std::int32_t offer,
                                                          std::int32_t memory) noexcept {
    constexpr std::int16_t lane_bit[gpu_lanes::width] = {1, 2, 4, 8, 16, 32, 64, 128};
    const std::uint32_t among = detail::with_memory(gpus, wanted, memory).bits();
    const auto least = static_cast<std::int16_t>(offer);
    std::int16_t count = 0;
    std::int16_t free = 0; // 32 whole GPUs are 32,000
    for (int first = 0; first < gpus.used; first += gpu_lanes::width) {
        const auto bits = static_cast<std::int16_t>(among >> first & 0xffU);
        for (int lane = 0; lane < gpu_lanes::width; ++lane) { // a fixed count of 16-bit numbers: vectorised
            const int i = first + lane;
            const bool enough = (gpus.offer[i] >= least) & ((bits & lane_bit[lane]) != 0);
            count = static_cast<std::int16_t>(count + (enough ? 1 : 0));
            free = static_cast<std::int16_t>(free + (enough ? gpus.free[i] : 0));
        }
    }
    return {count, free};
}

} // namespace gpupack::policy
