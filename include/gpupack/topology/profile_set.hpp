// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The most MIG profiles, and the most vGPU sizes, over all GPU models of one cluster.
inline constexpr int max_profiles = 64;

/// The most ways in which GPUs of one cluster are cut by MIG: a model each, and a fixed geometry each.
inline constexpr int max_mig_tables = 16;

/// A set of MIG profiles or of vGPU sizes of one cluster, as numbered by its model_table: what a request for an
/// instance would take. Models have profiles of their own, so a set holds one or more for each model that will do.
class profile_set {
  public:
    /// The set of no profile.
    profile_set() = default;

    /// The set whose bit i says whether it holds profile i.
    [[nodiscard]] GPUPACK_HD static constexpr profile_set from_bits(std::uint64_t bits) noexcept {
        profile_set set;
        set.bits_ = bits;
        return set;
    }

    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] GPUPACK_HD constexpr bool empty() const noexcept { return bits_ == 0; }
    GPUPACK_HD constexpr void insert(int profile) noexcept { bits_ |= std::uint64_t{1} << profile; }

    GPUPACK_HD friend constexpr profile_set operator|(profile_set a, profile_set b) noexcept {
        return from_bits(a.bits_ | b.bits_);
    }
    GPUPACK_HD friend constexpr bool operator==(profile_set a, profile_set b) noexcept {
        return a.bits_ == b.bits_;
    }

  private:
    std::uint64_t bits_ = 0;
};

} // namespace gpupack
