// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace gpupack::inline GPUPACK_ABI {

/// Scrambles 64 bits so that neighbouring inputs give unrelated outputs; a bijection.
///
/// Source: the output function of SplitMix64 (docs/sources.md#splitmix64).
[[nodiscard]] GPUPACK_HD constexpr std::uint64_t mix_bits(std::uint64_t bits) noexcept {
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    return bits ^ (bits >> 31);
}

/// A small random number generator whose stream is the same on every compiler and processor.
///
/// The standard library's engines are portable, its distributions and std::shuffle are not; what decides a
/// replay must be. source: docs/sources.md#splitmix64
class random_stream {
  public:
    /// The stream of that seed.
    GPUPACK_HD explicit constexpr random_stream(std::uint64_t seed) noexcept : state_{seed} {}

    /// The next 64 random bits.
    GPUPACK_HD constexpr std::uint64_t next() noexcept { return mix_bits(state_ += 0x9e3779b97f4a7c15ULL); }

    /// A number from 0 to bound - 1, each equally likely; bound is from 1 to 2^32.
    ///
    /// Source: Lemire 2019, rejection on the low half (docs/sources.md#lemire19).
    GPUPACK_HD constexpr std::uint64_t below(std::uint64_t bound) noexcept {
        const std::uint64_t reject_under = (std::uint64_t{1} << 32) % bound;
        while (true) {
            const std::uint64_t product = (next() >> 32) * bound;
            if ((product & 0xffffffffULL) >= reject_under) return product >> 32;
        }
    }

  private:
    std::uint64_t state_;
};

/// Puts a random-access sequence into random order (Fisher and Yates), each order equally likely.
template <class Sequence> constexpr void shuffle(Sequence& sequence, random_stream& random) {
    using std::swap;
    for (std::size_t rest = sequence.size(); rest > 1; --rest)
        swap(sequence[rest - 1], sequence[static_cast<std::size_t>(random.below(rest))]);
}

} // namespace gpupack
