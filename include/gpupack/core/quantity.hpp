// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <compare>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// An amount of one unit: a whole number that does not mix with amounts of another unit.
///
/// It has 64 bits, so that sums over a cluster of a million nodes are exact.
///
/// @tparam Unit  an empty tag type; amounts with different tags neither compare nor add
template <class Unit> class quantity {
  public:
    quantity() = default;
    /// That many of the unit.
    GPUPACK_HD explicit constexpr quantity(std::int64_t count) noexcept : count_{count} {}

    /// The bare number, in the unit of the type.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t count() const noexcept { return count_; }

    GPUPACK_HD constexpr quantity& operator+=(quantity other) noexcept {
        count_ += other.count_;
        return *this;
    }
    GPUPACK_HD constexpr quantity& operator-=(quantity other) noexcept {
        count_ -= other.count_;
        return *this;
    }

    GPUPACK_HD friend constexpr quantity operator+(quantity a, quantity b) noexcept { return a += b; }
    GPUPACK_HD friend constexpr quantity operator-(quantity a, quantity b) noexcept { return a -= b; }
    GPUPACK_HD friend constexpr quantity operator-(quantity a) noexcept { return quantity{-a.count_}; }
    GPUPACK_HD friend constexpr quantity operator*(quantity a, std::int64_t times) noexcept {
        return quantity{a.count_ * times};
    }
    GPUPACK_HD friend constexpr quantity operator*(std::int64_t times, quantity a) noexcept { return a * times; }

    // Spelt out: a defaulted <=> is a host function to nvcc.
    GPUPACK_HD friend constexpr bool operator==(quantity a, quantity b) noexcept { return a.count_ == b.count_; }
    GPUPACK_HD friend constexpr bool operator<(quantity a, quantity b) noexcept { return a.count_ < b.count_; }
    GPUPACK_HD friend constexpr bool operator>(quantity a, quantity b) noexcept { return b < a; }
    GPUPACK_HD friend constexpr bool operator<=(quantity a, quantity b) noexcept { return !(b < a); }
    GPUPACK_HD friend constexpr bool operator>=(quantity a, quantity b) noexcept { return !(a < b); }
    /// The same order, on the host: for what is ordered member by member.
    friend constexpr std::strong_ordering operator<=>(quantity a, quantity b) noexcept { return a.count_ <=> b.count_; }

  private:
    std::int64_t count_ = 0;
};

} // namespace gpupack
