// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>

#include <compare>
#include <cstddef>
#include <functional>

namespace gpupack::inline GPUPACK_ABI {

/// A set of small numbers, or of ids with small numbers, as the bits of one word.
///
/// Order: lexicographic by element; at the first element that only one of two sets holds, the holder is the lower.
/// {0, 3} < {1, 2}.
///
/// @tparam Tag an empty type that tells what is in the set; sets of different things do not mix
/// @tparam Word std::uint32_t or std::uint64_t: elements are below 32 or 64
/// @tparam Element int, or an id
template <class Tag, class Word, class Element = int> class basic_bit_set {
  public:
    using word_type = Word;                                             ///< The word that holds the bits.
    static constexpr int max_size = 8 * static_cast<int>(sizeof(Word)); ///< elements are below this

    basic_bit_set() = default;

    /// The set whose bit i says whether it holds element i.
    [[nodiscard]] GPUPACK_HD static constexpr basic_bit_set from_bits(Word bits) noexcept {
        basic_bit_set set;
        set.bits_ = bits;
        return set;
    }
    /// The set of one element.
    [[nodiscard]] GPUPACK_HD static constexpr basic_bit_set of(Element element) noexcept {
        return from_bits(bit_of(element));
    }
    /// The set of elements 0 to count - 1.
    [[nodiscard]] GPUPACK_HD static constexpr basic_bit_set first(int count) noexcept {
        return from_bits(count >= max_size ? static_cast<Word>(~Word{0}) : (Word{1} << count) - 1);
    }
    /// The set of everything, what has no number yet included.
    [[nodiscard]] GPUPACK_HD static constexpr basic_bit_set any() noexcept { return first(max_size); }

    /// The bits: bit i says whether it holds element i.
    [[nodiscard]] GPUPACK_HD constexpr Word bits() const noexcept { return bits_; }
    /// Whether it holds nothing.
    [[nodiscard]] GPUPACK_HD constexpr bool empty() const noexcept { return bits_ == 0; }
    /// Whether it is any().
    [[nodiscard]] GPUPACK_HD constexpr bool is_any() const noexcept { return *this == any(); }
    /// Whether it holds the element.
    [[nodiscard]] GPUPACK_HD constexpr bool contains(Element element) const noexcept {
        return (bits_ & bit_of(element)) != 0;
    }
    /// Whether it holds all elements of another set.
    [[nodiscard]] GPUPACK_HD constexpr bool contains(basic_bit_set others) const noexcept {
        return (others.bits_ & ~bits_) == 0;
    }
    /// The number of elements held.
    [[nodiscard]] GPUPACK_HD constexpr int size() const noexcept { return count_bits(bits_); }
    /// The lowest number held; the set must not be empty. Kernels and scores call it: it is not checked.
    [[nodiscard]] GPUPACK_HD constexpr int lowest() const noexcept { return lowest_bit(bits_); }
    /// The set of the lowest `count` elements, or of all where it holds fewer.
    [[nodiscard]] GPUPACK_HD constexpr basic_bit_set lowest(int count) const noexcept {
        Word rest = bits_;
        for (; count > 0 && rest != 0; --count) rest &= rest - 1;
        return from_bits(bits_ ^ rest);
    }

    /// Adds an element.
    GPUPACK_HD constexpr void insert(Element element) noexcept { bits_ |= bit_of(element); }
    /// Removes an element.
    GPUPACK_HD constexpr void erase(Element element) noexcept { bits_ &= ~bit_of(element); }

    GPUPACK_HD friend constexpr basic_bit_set operator|(basic_bit_set a, basic_bit_set b) noexcept {
        return from_bits(a.bits_ | b.bits_);
    }
    GPUPACK_HD friend constexpr basic_bit_set operator&(basic_bit_set a, basic_bit_set b) noexcept {
        return from_bits(a.bits_ & b.bits_);
    }
    /// What the first holds and the second does not.
    GPUPACK_HD friend constexpr basic_bit_set operator-(basic_bit_set a, basic_bit_set b) noexcept {
        return from_bits(a.bits_ & ~b.bits_);
    }
    GPUPACK_HD friend constexpr bool operator==(basic_bit_set a, basic_bit_set b) noexcept {
        return a.bits_ == b.bits_;
    }
    GPUPACK_HD friend constexpr bool operator<(basic_bit_set a, basic_bit_set b) noexcept {
        const Word differing = a.bits_ ^ b.bits_;
        return (a.bits_ & (differing & (~differing + 1))) != 0;
    }
    /// The same order, on the host.
    friend constexpr std::strong_ordering operator<=>(basic_bit_set a, basic_bit_set b) noexcept {
        return a == b  ? std::strong_ordering::equal
               : a < b ? std::strong_ordering::less
                       : std::strong_ordering::greater;
    }

  private:
    [[nodiscard]] GPUPACK_HD static constexpr Word bit_of(int element) noexcept { return Word{1} << element; }
    template <class Of, class Number>
    [[nodiscard]] GPUPACK_HD static constexpr Word bit_of(id<Of, Number> element) noexcept {
        return Word{1} << element.number();
    }

    Word bits_ = 0;
};

} // namespace gpupack

/// For the unordered containers of the standard library.
template <class Tag, class Word, class Element> struct std::hash<gpupack::basic_bit_set<Tag, Word, Element>> {
    [[nodiscard]] std::size_t operator()(gpupack::basic_bit_set<Tag, Word, Element> set) const noexcept {
        return std::hash<Word>{}(set.bits());
    }
};
