// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// A set of GPU indices of one node, 0 to 31.
///
/// order  lexicographic by index: at the first index that only one of two sets holds, the holder is the lower.
///        {0, 3} < {1, 2}: this is the order that breaks ties between placements on one node
class gpu_set {
  public:
    gpu_set() = default;

    /// The set whose bit i says whether it holds GPU i.
    [[nodiscard]] GPUPACK_HD static constexpr gpu_set from_bits(std::uint32_t bits) noexcept {
        gpu_set set;
        set.bits_ = bits;
        return set;
    }
    /// The set of one GPU.
    [[nodiscard]] GPUPACK_HD static constexpr gpu_set of(int index) noexcept {
        return from_bits(std::uint32_t{1} << index);
    }
    /// The set of GPUs 0 to count - 1.
    [[nodiscard]] GPUPACK_HD static constexpr gpu_set first(int count) noexcept {
        return from_bits(count >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << count) - 1);
    }

    [[nodiscard]] GPUPACK_HD constexpr std::uint32_t bits() const noexcept { return bits_; }
    [[nodiscard]] GPUPACK_HD constexpr bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] GPUPACK_HD constexpr bool contains(int index) const noexcept {
        return (bits_ >> index & 1U) != 0;
    }
    /// The number of GPUs held.
    [[nodiscard]] GPUPACK_HD constexpr int size() const noexcept { return count_bits(bits_); }
    /// The lowest index held; the set must not be empty. Kernels and scores call it: it is not checked.
    [[nodiscard]] GPUPACK_HD constexpr int lowest() const noexcept { return lowest_bit(bits_); }
    /// The set of the lowest `count` of its GPUs, or all of them where it holds fewer.
    [[nodiscard]] GPUPACK_HD constexpr gpu_set lowest(int count) const noexcept {
        std::uint32_t rest = bits_;
        for (; count > 0 && rest != 0; --count) rest &= rest - 1;
        return from_bits(bits_ ^ rest);
    }

    GPUPACK_HD constexpr void insert(int index) noexcept { bits_ |= std::uint32_t{1} << index; }
    GPUPACK_HD constexpr void erase(int index) noexcept { bits_ &= ~(std::uint32_t{1} << index); }

    GPUPACK_HD friend constexpr gpu_set operator|(gpu_set a, gpu_set b) noexcept {
        return from_bits(a.bits_ | b.bits_);
    }
    GPUPACK_HD friend constexpr gpu_set operator&(gpu_set a, gpu_set b) noexcept {
        return from_bits(a.bits_ & b.bits_);
    }
    /// What the first holds and the second does not.
    GPUPACK_HD friend constexpr gpu_set operator-(gpu_set a, gpu_set b) noexcept {
        return from_bits(a.bits_ & ~b.bits_);
    }
    GPUPACK_HD friend constexpr bool operator==(gpu_set a, gpu_set b) noexcept { return a.bits_ == b.bits_; }
    GPUPACK_HD friend constexpr bool operator<(gpu_set a, gpu_set b) noexcept {
        const std::uint32_t differing = a.bits_ ^ b.bits_;
        return (a.bits_ & (differing & (~differing + 1))) != 0;
    }

  private:
    std::uint32_t bits_ = 0;
};

/// Calls body(index) for each GPU of the set, lowest first.
GPUPACK_CALLS_BACK
template <class Body> GPUPACK_HD constexpr void for_each_gpu(gpu_set set, Body&& body) {
    for (std::uint32_t rest = set.bits(); rest != 0; rest &= rest - 1) body(lowest_bit(rest));
}

/// Calls visit(subset) for each subset of that many GPUs, the lowest set first.
///
/// cost  a visit a subset. Not recursive: a kernel's stack has a size that the compiler knows
GPUPACK_CALLS_BACK
template <class Visit> GPUPACK_HD constexpr void for_each_subset(gpu_set of, int count, Visit&& visit) {
    if (count <= 0) return visit(gpu_set{});
    std::uint32_t rest[32];   // NOLINT: set before it is read. [depth]  where the GPU of that depth is taken from
    std::uint32_t chosen[32]; // NOLINT. [depth]  the GPUs taken before
    rest[0] = of.bits();
    chosen[0] = 0;
    for (int depth = 0; depth >= 0;) {
        const std::uint32_t next = rest[depth];
        if (depth == count - 1) {
            for (std::uint32_t last = next; last != 0; last &= last - 1)
                visit(gpu_set::from_bits(chosen[depth] | (last & (~last + 1))));
            --depth;
        } else if (count_bits(next) < count - depth) {
            --depth;
        } else {
            chosen[depth + 1] = chosen[depth] | (next & (~next + 1));
            rest[depth] = rest[depth + 1] = next & (next - 1);
            ++depth;
        }
    }
}

/// The lowest subset of that many GPUs for which accept(subset) holds; empty where there is none.
///
/// cost  a call a subset, the lowest first, up to the one that is returned
GPUPACK_CALLS_BACK
template <class Accept>
GPUPACK_HD constexpr gpu_set lowest_subset(gpu_set of, int count, Accept&& accept, gpu_set chosen = {}) {
    if (count == 0) return accept(chosen) ? chosen : gpu_set{};
    int left = of.size();
    for (std::uint32_t rest = of.bits(); left >= count; rest &= rest - 1, --left) {
        const gpu_set found = lowest_subset(gpu_set::from_bits(rest & (rest - 1)), count - 1, accept,
                                            gpu_set::from_bits(chosen.bits() | (rest & (~rest + 1))));
        if (!found.empty()) return found;
    }
    return {};
}

} // namespace gpupack
