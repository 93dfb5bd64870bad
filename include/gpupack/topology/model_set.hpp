// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// The most GPU models in one cluster.
inline constexpr int max_models = 64;

/// A set of GPU models of one cluster, by id; any() is every model, also those that are unknown yet.
class model_set {
  public:
    /// The set of no model.
    model_set() = default;

    /// Every model: what a request that does not care asks for.
    [[nodiscard]] GPUPACK_HD static constexpr model_set any() noexcept {
        model_set set;
        set.bits_ = ~std::uint64_t{0};
        return set;
    }
    /// The set of one model.
    [[nodiscard]] GPUPACK_HD static constexpr model_set of(model_id model) noexcept {
        model_set set;
        set.insert(model);
        return set;
    }

    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] GPUPACK_HD constexpr bool is_any() const noexcept { return bits_ == ~std::uint64_t{0}; }
    [[nodiscard]] GPUPACK_HD constexpr bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] GPUPACK_HD constexpr bool contains(model_id model) const noexcept {
        return (bits_ >> model.number() & 1U) != 0;
    }
    GPUPACK_HD constexpr void insert(model_id model) noexcept { bits_ |= std::uint64_t{1} << model.number(); }

    GPUPACK_HD friend constexpr model_set operator&(model_set a, model_set b) noexcept {
        a.bits_ &= b.bits_;
        return a;
    }
    GPUPACK_HD friend constexpr bool operator==(model_set a, model_set b) noexcept { return a.bits_ == b.bits_; }

  private:
    std::uint64_t bits_ = 0;
};

} // namespace gpupack
