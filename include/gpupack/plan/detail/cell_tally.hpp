// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/cell_chain.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// A number for each cell: the sum of what was added to the cell and to cells inside it. Cost: O(levels) for an addition,
/// constant time for a question.
class cell_tally {
  public:
    explicit cell_tally(cell_chain chain) : chain_{std::move(chain)}, sums_(static_cast<std::size_t>(chain_.levels())) {
        for (int level = 0; level < chain_.levels(); ++level)
            sums_[static_cast<std::size_t>(level)].resize(chain_.count(level));
    }

    void add(cell piece, std::int64_t amount) {
        for (int level = piece.level; level < chain_.levels(); ++level)
            sums_[static_cast<std::size_t>(level)][chain_.ancestor(piece, level).index] += amount;
        total_ += amount;
    }

    [[nodiscard]] std::int64_t operator[](cell piece) const {
        return sums_[static_cast<std::size_t>(piece.level)][piece.index];
    }
    [[nodiscard]] std::int64_t total() const noexcept { return total_; }

  private:
    cell_chain chain_;
    std::vector<std::vector<std::int64_t>> sums_; // [levels][cells]
    std::int64_t total_ = 0;
};

} // namespace gpupack::plan::detail
