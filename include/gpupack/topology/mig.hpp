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
///
/// plain   its share, as the driver divides it
/// me      the media extension, "+me": one instance a GPU
/// me_all  all media engines, "+me.all": one a GPU, and beside it only instances without any
/// no_me   none, "-me"
/// gfx     graphics, "+gfx"; else as plain
enum class media : std::uint8_t { plain, me, me_all, no_me, gfx };

/// One MIG profile of a GPU model, as `nvidia-smi mig -lgip` and `-lgipp` list it.
///
/// name            "1g.10gb+me"
/// compute_slices  of the model's
/// size            in units of the placement grid
/// starts          bit s: an instance may start at unit s
/// max_instances   on one GPU
/// memory          of one instance; 0 where it is not known
/// sms             streaming multiprocessors; 0 where it is not known
struct profile {
    gpupack::name name;
    std::uint8_t compute_slices = 0;
    std::uint8_t size = 0;
    std::uint16_t starts = 0;
    std::uint8_t max_instances = 0;
    media engines = media::plain;
    mebibytes memory{};
    int sms = 0;

    friend constexpr bool operator==(const profile&, const profile&) = default;
};

/// The MIG profiles of a GPU model; a view of an array that outlives it.
///
/// profiles        [count]  smallest memory first, then fewest slices
/// compute_slices  of the GPU: 7, 4 or 2
/// grid            units of the placement grid, at most 16: 8, 4, 12 or 2
struct geometry {
    const profile* profiles = nullptr;
    int count = 0;
    int compute_slices = 0;
    int grid = 0;

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
    gpupack::name profile;
    int start = 0;

    friend constexpr bool operator==(const gpu_instance&, const gpu_instance&) = default;
};

} // namespace gpupack::mig
