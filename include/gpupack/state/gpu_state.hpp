#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share.hpp>

#include <cstdint>
#include <type_traits>

namespace gpupack {

/// What is free on one GPU now.
///
/// memory_free   MiB
/// compute_free  milli-GPUs; 1000 on an idle GPU, 0 on one that is used exclusively
/// sharers       tasks on it
/// way           how it is shared; idle exactly where sharers is 0
/// width         where it is used exclusively: the GPUs of the task that has it, this one included; else 0
struct gpu_state {
    std::int32_t memory_free = 0;
    std::int16_t compute_free = 0;
    std::uint16_t sharers = 0;
    sharing way = sharing::idle;
    std::uint8_t width = 0;

    GPUPACK_HD friend constexpr bool operator==(const gpu_state& a, const gpu_state& b) noexcept {
        return a.memory_free == b.memory_free && a.compute_free == b.compute_free && a.sharers == b.sharers &&
               a.way == b.way && a.width == b.width;
    }
};

static_assert(sizeof(gpu_state) <= 16 && std::is_trivially_copyable_v<gpu_state>);

/// The state of a GPU with nothing on it.
///
/// memory  of its model
[[nodiscard]] GPUPACK_HD constexpr gpu_state idle_gpu(mebibytes memory) noexcept {
    gpu_state gpu;
    gpu.memory_free = static_cast<std::int32_t>(memory.count());
    gpu.compute_free = static_cast<std::int16_t>(whole_gpu.count());
    return gpu;
}

/// Whether the GPU can take one more slice, however small: it is idle or shared in slices, by fewer than 65,535
/// tasks.
[[nodiscard]] GPUPACK_HD constexpr bool takes_slices(const gpu_state& gpu) noexcept {
    return (gpu.way == sharing::idle || gpu.way == sharing::slices) && gpu.sharers < UINT16_MAX;
}

/// The state after one more task has taken its share; the share must fit.
///
/// width  how many GPUs the task has in all
[[nodiscard]] GPUPACK_HD constexpr gpu_state after_taking(gpu_state gpu, const share& taken, int width) noexcept {
    gpu.way = taken.way();
    ++gpu.sharers;
    if (taken.way() == sharing::exclusive) {
        gpu.memory_free = 0;
        gpu.compute_free = 0;
        gpu.width = static_cast<std::uint8_t>(width);
    } else {
        gpu.memory_free -= static_cast<std::int32_t>(taken.memory().count());
        gpu.compute_free = static_cast<std::int16_t>(gpu.compute_free - taken.compute().count());
    }
    return gpu;
}

/// The state after one of its tasks has given its share back: the inverse of after_taking.
///
/// memory  of the GPU's model
[[nodiscard]] GPUPACK_HD constexpr gpu_state after_giving_back(gpu_state gpu, const share& taken,
                                                               mebibytes memory) noexcept {
    if (gpu.sharers == 1) return idle_gpu(memory);
    --gpu.sharers;
    gpu.memory_free += static_cast<std::int32_t>(taken.memory().count());
    gpu.compute_free = static_cast<std::int16_t>(gpu.compute_free + taken.compute().count());
    return gpu;
}

} // namespace gpupack
