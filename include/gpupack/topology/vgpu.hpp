// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/name.hpp>

#include <cstdint>

/// NVIDIA vGPU, time-sliced: types, how many of a size, and where they may stand beside other sizes.
namespace gpupack::inline GPUPACK_ABI::vgpu {

/// The vGPU types of one size on a board: they differ in licence and use, not in what they take.
struct size_class {
    gpupack::name name;           ///< "A10-4", to which a letter of `series` is added: A10-4Q.
    gpupack::name series;         ///< "Q" workstation, "B" desktop, "A" applications, "C" compute.
    std::uint16_t size = 0;       ///< GB of frame buffer.
    std::uint8_t most = 0;        ///< Instances on one GPU if all are of this size, at most.
    std::uint8_t mixed_count = 0; ///< Number of placement ids beside other sizes.
    /// [mixed_count] placement ids, in GB, beside other sizes; ascending.
    const std::uint8_t* mixed_starts = nullptr;

    friend constexpr bool operator==(const size_class& a, const size_class& b) noexcept {
        if (!(a.name == b.name) || !(a.series == b.series) || a.size != b.size || a.most != b.most ||
            a.mixed_count != b.mixed_count)
            return false;
        for (int i = 0; i < a.mixed_count; ++i)
            if (a.mixed_starts[i] != b.mixed_starts[i]) return false;
        return true;
    }
};

/// The vGPU types of a GPU model; a view of an array that outlives it.
struct board {
    const size_class* sizes = nullptr; ///< [count] smallest first.
    int count = 0;                     ///< Number of sizes.
    int frame_buffer = 0;              ///< GB of the GPU.

    /// Whether the model has no vGPU types.
    [[nodiscard]] constexpr bool empty() const noexcept { return count == 0; }
    /// Whether it has placement ids for mixed sizes.
    [[nodiscard]] constexpr bool can_mix() const noexcept {
        for (int i = 0; i < count; ++i)
            if (sizes[i].mixed_count > 0) return true;
        return false;
    }

    friend constexpr bool operator==(const board& a, const board& b) noexcept {
        if (a.sizes == b.sizes && a.count == b.count) return a.frame_buffer == b.frame_buffer;
        if (a.count != b.count || a.frame_buffer != b.frame_buffer) return false;
        for (int i = 0; i < a.count; ++i)
            if (!(a.sizes[i] == b.sizes[i])) return false;
        return true;
    }
};

/// Whether vGPUs of different sizes may share a GPU: an operator's choice, a GPU.
enum class sizes : std::uint8_t {
    one_size, ///< All vGPUs on a GPU have the same frame buffer; as many as fit.
    mixed     ///< Sizes mix; each has a short list of placement ids.
};

} // namespace gpupack::vgpu
