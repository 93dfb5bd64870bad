// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/name.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <cstdint>

/// Multi-Instance GPU: profiles, and where their instances may stand.
namespace gpupack::inline GPUPACK_ABI::mig {

/// The media engines and graphics that an instance takes beside its slices.
enum class media : std::uint8_t {
    plain,  ///< Its share, as the driver divides it.
    me,     ///< The media extension, "+me": one instance a GPU.
    me_all, ///< All media engines, "+me.all": one a GPU, and beside it only instances without any.
    no_me,  ///< None, "-me".
    gfx     ///< Graphics, "+gfx"; else as plain.
};

/// One MIG profile of a GPU model, as `nvidia-smi mig -lgip` and `-lgipp` list it.
struct profile {
    gpupack::name name;              ///< "1g.10gb+me".
    std::uint8_t compute_slices = 0; ///< Compute slices of the GPU that it takes.
    std::uint8_t size = 0;           ///< Units of the placement grid that it takes.
    std::uint16_t starts = 0;        ///< Bit s: an instance may start at unit s.
    std::uint8_t max_instances = 0;  ///< Instances on one GPU, at most.
    media engines = media::plain;    ///< Its media engines and graphics.
    mebibytes memory{};              ///< Memory of one instance; 0 where it is not known.
    int sms = 0;                     ///< Streaming multiprocessors; 0 where it is not known.

    friend constexpr bool operator==(const profile&, const profile&) = default;
};

/// The MIG profiles of a GPU model; a view of an array that outlives it.
struct geometry {
    const profile* profiles = nullptr; ///< [count] smallest memory first, then fewest slices.
    int count = 0;                     ///< Number of profiles.
    int compute_slices = 0;            ///< Compute slices of the GPU: 7, 4 or 2.
    int grid = 0;                      ///< Units of the placement grid, at most 16: 8, 4, 12 or 2.

    /// Whether the model has no MIG.
    [[nodiscard]] constexpr bool empty() const noexcept { return count == 0; }

    friend constexpr bool operator==(const geometry& a, const geometry& b) noexcept {
        if (a.profiles == b.profiles && a.count == b.count)
            return a.compute_slices == b.compute_slices && a.grid == b.grid;
        if (a.count != b.count || a.compute_slices != b.compute_slices || a.grid != b.grid) return false;
        for (int p = 0; p < a.count; ++p)
            if (!(a.profiles[p] == b.profiles[p])) return false;
        return true;
    }
};

/// An instance that stands on a GPU: a profile at a start.
struct gpu_instance {
    gpupack::name profile; ///< Name of the profile.
    int start = 0;         ///< Its start on the placement grid.

    friend constexpr bool operator==(const gpu_instance&, const gpu_instance&) = default;
};

} // namespace gpupack::mig
