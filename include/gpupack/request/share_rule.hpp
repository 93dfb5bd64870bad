// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <compare>

namespace gpupack::inline GPUPACK_ABI {

/// How a system admits a share to a GPU and what it counts for, where that differs from gpupack's plain rule: memory and
/// compute must each be free, and both are taken as asked.
///
/// It is part of the share, so that everything that asks whether a request fits, books it or releases it follows it:
/// engines, gangs, batches, what-if replays, explanations and kernels. A dialect sets it by its request_rule.
/// Every member that is false costs nothing.
struct share_rule {
    /// A slice without compute needs a GPU with some compute left, and one of all the compute that a GPU has needs a GPU
    /// with nothing on it. HAMi and Volcano.
    bool compute_alone : 1 = false;
    /// A slice needs a GPU with nothing on it, which others may join later. HAMi's device policy `mutex`.
    bool unshared : 1 = false;
    /// GPUs count what is promised of their memory in percent, too: a slice by percent needs that many percent left, and
    /// one by MiB counts for its whole percents. Koordinator.
    bool counts_percent : 1 = false;
    /// The MiB of a part of a GPU's memory are computed in double precision and cut off. KAI.
    bool double_rounding : 1 = false;
    /// A MIG instance counts for the memory that its profile names and for its compute rounded up to whole percent, not
    /// for its part of the GPU's units. HAMi.
    bool books_profile : 1 = false;

    /// Whether it is the plain rule.
    [[nodiscard]] GPUPACK_HD constexpr bool is_plain() const noexcept {
        return !compute_alone && !unshared && !counts_percent && !double_rounding && !books_profile;
    }
    /// The members as bits, for hashes.
    [[nodiscard]] GPUPACK_HD constexpr unsigned bits() const noexcept {
        return (compute_alone ? 1U : 0U) | (unshared ? 2U : 0U) | (counts_percent ? 4U : 0U) |
               (double_rounding ? 8U : 0U) | (books_profile ? 16U : 0U);
    }

    GPUPACK_HD friend constexpr bool operator==(share_rule a, share_rule b) noexcept { return a.bits() == b.bits(); }
    /// An order for sorted containers; it has no meaning beside that.
    friend constexpr std::strong_ordering operator<=>(share_rule a, share_rule b) noexcept {
        return a.bits() <=> b.bits();
    }
};

static_assert(sizeof(share_rule) == 1);

} // namespace gpupack
