// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The most labels in one cluster.
inline constexpr int max_labels = 64;

/// A set of labels of one cluster, as numbered by its label_table.
class label_set {
  public:
    /// The set of no label.
    label_set() = default;

    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] GPUPACK_HD constexpr bool empty() const noexcept { return bits_ == 0; }
    /// Whether it holds all of the others.
    [[nodiscard]] GPUPACK_HD constexpr bool contains(label_set others) const noexcept {
        return (others.bits_ & ~bits_) == 0;
    }
    GPUPACK_HD constexpr void insert(int label) noexcept { bits_ |= std::uint64_t{1} << label; }

    GPUPACK_HD friend constexpr label_set operator|(label_set a, label_set b) noexcept {
        a.bits_ |= b.bits_;
        return a;
    }
    GPUPACK_HD friend constexpr label_set operator&(label_set a, label_set b) noexcept {
        a.bits_ &= b.bits_;
        return a;
    }
    GPUPACK_HD friend constexpr bool operator==(label_set a, label_set b) noexcept { return a.bits_ == b.bits_; }

  private:
    std::uint64_t bits_ = 0;
};

} // namespace gpupack
