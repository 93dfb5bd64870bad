// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/plan/cell_chain.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// A set of GPUs of a chain, kept as the fewest cells: a buddy allocator.
///
/// Taking a cell out splits the cell that holds it; putting it back merges buddies as far up as they are whole. So
/// the same GPUs are always the same cells, whatever came before. A cell that is the only part of its parent is
/// kept as the parent.
/// Cost: O(levels * log cells) for each change, and moving the list of a level; O(levels * log cells) for each question.
/// Source: HiveD's free list, which is a buddy allocator's (docs/sources.md#hived).
class buddy_cells {
  public:
    /// The empty set.
    explicit buddy_cells(cell_chain chain)
        : chain_{std::move(chain)}, cells_(static_cast<std::size_t>(chain_.levels())) {}

    /// The numbers of its cells of exactly that level, lowest first; no cell lies inside another.
    [[nodiscard]] const std::vector<std::uint32_t>& at(int level) const {
        GPUPACK_EXPECTS(level >= 0 && level < chain_.levels(), "a level of the chain");
        return cells_[static_cast<std::size_t>(level)];
    }

    /// How many cells of that level its cells of that level and above make.
    [[nodiscard]] std::int64_t count(int level) const {
        std::int64_t sum = 0;
        for (int above = chain_.top(); above >= level; --above) {
            sum += static_cast<std::int64_t>(at(above).size());
            if (above > level) sum *= chain_.radix(above);
        }
        return sum;
    }

    /// The cell of the set that holds the cell, or is it; nothing where the set lacks a GPU of the cell.
    [[nodiscard]] std::optional<cell> holder_of(cell piece) const {
        for (int level = piece.level; level < chain_.levels(); ++level) {
            const cell above = chain_.ancestor(piece, level);
            if (std::binary_search(at(level).begin(), at(level).end(), above.index)) return above;
        }
        return std::nullopt;
    }

    /// Whether the set has no GPU of the cell. Cost: O(levels * log cells).
    [[nodiscard]] bool lacks(cell piece) const {
        if (holder_of(piece)) return false;
        for (int level = 0; level < piece.level; ++level)
            if (part_of(level, piece).first != part_of(level, piece).second) return false;
        return true;
    }

    /// Takes out a cell, of which the set must have all GPUs.
    void take(cell piece) {
        GPUPACK_EXPECTS(chain_.has(piece), "a cell of the chain");
        const std::optional<cell> split = holder_of(piece);
        GPUPACK_EXPECTS(split.has_value(), "a cell that is in the set");
        std::vector<std::uint32_t>& source = list(split->level);
        source.erase(std::lower_bound(source.begin(), source.end(), split->index));
        for (int level = split->level - 1; level >= piece.level; --level) {
            const cell path = chain_.ancestor(piece, level);
            const std::uint32_t first = chain_.first_inside(chain_.parent(path), level).index;
            std::vector<std::uint32_t>& target = list(level);
            auto position = std::lower_bound(target.begin(), target.end(), first);
            for (std::uint32_t index = first; index < first + chain_.radix(level + 1); ++index)
                if (index != path.index) position = target.insert(position, index) + 1;
        }
    }

    /// Puts in a cell, of which the set must lack all GPUs.
    void give(cell piece) {
        GPUPACK_EXPECTS(chain_.has(piece), "a cell of the chain");
        GPUPACK_EXPECTS(lacks(piece), "a cell that is not in the set, nor a part of it; was it put back before?");
        while (piece.level < chain_.top()) {
            const cell merged = chain_.parent(piece);
            const auto [first, last] = part_of(piece.level, merged);
            if (last - first != std::ptrdiff_t{chain_.radix(merged.level)} - 1) break;
            list(piece.level).erase(first, last);
            piece = merged;
        }
        std::vector<std::uint32_t>& target = list(piece.level);
        target.insert(std::lower_bound(target.begin(), target.end(), piece.index), piece.index);
    }

    /// Whether both hold the same GPUs; of one chain.
    friend bool operator==(const buddy_cells& a, const buddy_cells& b) noexcept { return a.cells_ == b.cells_; }

  private:
    using place = std::vector<std::uint32_t>::const_iterator;

    [[nodiscard]] std::vector<std::uint32_t>& list(int level) { return cells_[static_cast<std::size_t>(level)]; }

    /// The set's cells of that level inside a cell of a higher one.
    [[nodiscard]] std::pair<place, place> part_of(int level, cell outer) const {
        const std::uint32_t first = chain_.first_inside(outer, level).index;
        const std::uint32_t end = first + chain_.size_of(outer.level) / chain_.size_of(level);
        const auto first_place = std::lower_bound(at(level).begin(), at(level).end(), first);
        return {first_place, std::lower_bound(first_place, at(level).end(), end)};
    }

    cell_chain chain_;
    std::vector<std::vector<std::uint32_t>> cells_; // [levels]  each sorted
};

} // namespace gpupack::plan
