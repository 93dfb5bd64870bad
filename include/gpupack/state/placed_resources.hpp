// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/state/split.hpp>

namespace gpupack::inline GPUPACK_ABI {

/// All that a placement holds, so that it can be put back exactly; placement_record is the same in names.
struct placed_resources : selection {
    milli_cpu cpu{};               ///< CPU of the host.
    mebibytes memory{};            ///< Memory of the host.
    gpupack::share share{};        ///< What it takes of each GPU; of an instance its way counts, and the slots.
    split_memory pieces{};         ///< For a split slice, what each GPU gives; else zeros.
    milli_gpu rounding_overhead{}; ///< Compute of each GPU that a request rule added.
    bool leaving = false;          ///< Whether it was told to leave.

    /// What it takes of the nth of its GPUs.
    [[nodiscard]] gpupack::share share_of(int nth) const noexcept { return piece_of(share, pieces, nth); }

    friend bool operator==(const placed_resources& a, const placed_resources& b) noexcept {
        const selection& a_where = a;
        const selection& b_where = b;
        return a_where == b_where && a.cpu == b.cpu && a.memory == b.memory && a.share == b.share &&
               a.pieces == b.pieces && a.rounding_overhead == b.rounding_overhead && a.leaving == b.leaving;
    }
};

} // namespace gpupack
