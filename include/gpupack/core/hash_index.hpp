// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// A number that equal texts share, and others hardly ever; of this program only.
[[nodiscard]] inline std::uint64_t hash_of(std::string_view text) noexcept {
    return std::hash<std::string_view>{}(text);
}

/// Finds the elements of a sequence by a hash of what they hold: an unordered container that keeps their positions alone.
///
/// Whoever owns the sequence computes the hashes and compares the elements. So one class, which is no template, serves
/// texts, requests and specifications, and no key is stored twice. Cost: constant on average.
/// Memory: 8 bytes a slot, of which at most three quarters are in use.
class hash_index {
  public:
    /// The number of positions.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// A position of that hash which is the one looked for.
    ///
    /// @param hash     of what is looked for
    /// @param matches  matches(position): whether the element there is what is looked for
    template <class Matches>
    [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t hash, Matches&& matches) const {
        if (slots_.empty()) return std::nullopt;
        const std::uint32_t key = key_of(hash);
        for (std::size_t index = home_of(key); slots_[index].position != none; index = behind(index))
            if (slots_[index].key == key && matches(slots_[index].position)) return slots_[index].position;
        return std::nullopt;
    }

    /// Enters a position, which is not 2^32 - 1, under that hash.
    void insert(std::uint64_t hash, std::uint32_t position) {
        if (4 * (size_ + 1) > 3 * slots_.size()) grow();
        put({key_of(hash), position});
        ++size_;
    }

    /// Strikes a position under that hash; nothing where it is not there.
    void erase(std::uint64_t hash, std::uint32_t position) noexcept {
        if (slots_.empty()) return;
        const std::uint32_t key = key_of(hash);
        std::size_t hole = home_of(key);
        while (slots_[hole].key != key || slots_[hole].position != position) {
            if (slots_[hole].position == none) return;
            hole = behind(hole);
        }
        // Moves back each slot that is behind the hole because of it, so that a search ends at the first free slot.
        for (std::size_t index = behind(hole); slots_[index].position != none; index = behind(index)) {
            if (distance(home_of(slots_[index].key), index) < distance(hole, index)) continue;
            slots_[hole] = slots_[index];
            hole = index;
        }
        slots_[hole].position = none;
        --size_;
    }

    /// Strikes all positions.
    void clear() noexcept {
        slots_.clear();
        size_ = 0;
    }

  private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct slot {
        std::uint32_t key = 0;
        std::uint32_t position = none;
    };

    [[nodiscard]] static std::uint32_t key_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(mix_bits(hash) >> 32);
    }
    [[nodiscard]] std::size_t home_of(std::uint32_t key) const noexcept { return key & (slots_.size() - 1); }
    [[nodiscard]] std::size_t behind(std::size_t index) const noexcept { return (index + 1) & (slots_.size() - 1); }
    [[nodiscard]] std::size_t distance(std::size_t first, std::size_t last) const noexcept {
        return (last - first) & (slots_.size() - 1);
    }

    void put(slot entry) noexcept {
        std::size_t index = home_of(entry.key);
        while (slots_[index].position != none) index = behind(index);
        slots_[index] = entry;
    }

    void grow() {
        std::vector<slot> known(slots_.empty() ? 8 : 2 * slots_.size());
        known.swap(slots_);
        for (const slot& each : known)
            if (each.position != none) put(each);
    }

    std::vector<slot> slots_; // a power of two, or none; free ones have no position
    std::size_t size_ = 0;
};

} // namespace gpupack
