// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// A number to divide by again and again: two multiplications instead of a division.
///
/// Exact. source: division by invariant integers, Granlund and Montgomery 1994 (docs/sources.md#granlund94)
class divisor {
  public:
    divisor() = default;
    /// @param number  from 1; 0 is held too, but must not be divided by
    GPUPACK_HD explicit constexpr divisor(std::int64_t number) noexcept
        : number_{static_cast<std::uint64_t>(number)}, reciprocal_{number > 0 ? ~std::uint64_t{0} / number_ : 0} {}

    /// The number that it divides by.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t number() const noexcept {
        return static_cast<std::int64_t>(number_);
    }

    /// dividend / number, rounded down; the dividend is not negative.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t quotient(std::int64_t dividend) const noexcept {
        const auto whole = static_cast<std::uint64_t>(dividend);
        const std::uint64_t estimate = high_product(whole, reciprocal_); // the quotient, or one less
        return static_cast<std::int64_t>(estimate + (whole - estimate * number_ >= number_ ? 1 : 0));
    }

  private:
    [[nodiscard]] GPUPACK_HD static constexpr std::uint64_t high_product(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__CUDA_ARCH__)
        return __umul64hi(a, b);
#else
        __extension__ using wide = unsigned __int128;
        return static_cast<std::uint64_t>(static_cast<wide>(a) * b >> 64);
#endif
    }

    std::uint64_t number_ = 0;
    std::uint64_t reciprocal_ = 0;
};

} // namespace gpupack
