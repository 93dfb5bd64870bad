// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/state/selection.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace gpupack::inline GPUPACK_ABI {

/// Where a request went, and the receipt with which its resources are given back, once.
struct placement : selection {
    std::uint32_t slot = 0;       ///< where the ledger of the cluster has it; do not change it
    std::uint32_t generation = 0; ///< tells it from earlier placements of that slot; do not change it
    std::uint32_t cluster = 0;    ///< the cluster that it belongs to; do not change it

    friend bool operator==(const placement&, const placement&) = default;
    /// By node, GPUs and slots, as selections; then by receipt.
    friend std::strong_ordering operator<=>(const placement& a, const placement& b) noexcept {
        const selection& a_where = a;
        const selection& b_where = b;
        if (a_where < b_where) return std::strong_ordering::less;
        if (b_where < a_where) return std::strong_ordering::greater;
        if (a.cluster != b.cluster) return a.cluster <=> b.cluster;
        return a.slot != b.slot ? a.slot <=> b.slot : a.generation <=> b.generation;
    }
};

} // namespace gpupack

/// For the unordered containers of the standard library.
template <> struct std::hash<gpupack::placement> {
    [[nodiscard]] std::size_t operator()(const gpupack::placement& placement) const noexcept {
        const std::uint64_t receipt = std::uint64_t{placement.generation} << 32 | placement.slot;
        return static_cast<std::size_t>(gpupack::mix_bits(receipt ^ gpupack::mix_bits(placement.cluster)));
    }
};
