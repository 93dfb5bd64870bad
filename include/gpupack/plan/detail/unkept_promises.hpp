// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/buddy_cells.hpp>
#include <gpupack/plan/cell_chain.hpp>
#include <gpupack/plan/detail/cell_tally.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// How many cells of each level could be taken by splitting without missing one of those that are claimed: what is
/// left of a level once the claims there and above are served, all GPUs thought good.
///
/// Source: HiveD's check of splittable cells (docs/sources.md#hived).
///
/// @param chain   of the cells
/// @param free    cells that nobody has
/// @param claims  [levels] how many cells of each level may still be claimed
/// @return        [levels] none of them negative exactly where all claims can be served, because sizes divide each other
[[nodiscard]] inline std::vector<std::int64_t> spare_cells(const cell_chain& chain, const buddy_cells& free,
                                                           const std::vector<std::int64_t>& claims) {
    std::vector<std::int64_t> spare(claims.size());
    std::int64_t left = 0;
    for (int level = chain.top(); level >= 0; --level) {
        if (level < chain.top()) left *= chain.radix(level + 1);
        left += static_cast<std::int64_t>(free.at(level).size()) - claims[static_cast<std::size_t>(level)];
        spare[static_cast<std::size_t>(level)] = left;
    }
    return spare;
}

/// How many of the claims at each level no whole good cell is left for, larger ones served first.
///
/// A claim that gets no good cell keeps a cell with bad GPUs, the worst one, so that it is served again once they
/// are repaired; smaller claims are not served from it. Cost: O(free cells + bad GPUs * levels * radix).
///
/// @param chain   of the cells
/// @param free    cells that nobody has
/// @param claims  [levels] how many cells of each level may still be claimed
/// @param bad     how many GPUs of each cell are bad
/// @return        [levels]
[[nodiscard]] inline std::vector<std::int64_t> unkept_claims(const cell_chain& chain, const buddy_cells& free,
                                                             const std::vector<std::int64_t>& claims,
                                                             const cell_tally& bad) {
    std::vector<std::int64_t> unkept(claims.size());
    std::int64_t good = 0;     // cells of the level without a bad GPU that nothing above has claimed
    std::vector<cell> damaged; // and those with one
    const auto sort_in = [&](std::vector<cell>& target, cell piece) {
        if (bad[piece] == 0)
            ++good;
        else
            target.push_back(piece);
    };
    for (int level = chain.top(); level >= 0; --level) {
        std::vector<cell> here;
        if (level < chain.top()) good *= chain.radix(level + 1);
        for (const cell split : damaged)
            for (std::uint32_t i = 0; i < chain.radix(level + 1); ++i) sort_in(here, chain.child(split, i));
        for (const std::uint32_t index : free.at(level)) sort_in(here, {level, index});
        const std::int64_t claimed = claims[static_cast<std::size_t>(level)];
        const std::int64_t served = std::min(good, claimed);
        const std::int64_t missing = claimed - served;
        good -= served;
        unkept[static_cast<std::size_t>(level)] = missing;
        std::sort(here.begin(), here.end(),
                  [&](cell a, cell b) { return bad[a] != bad[b] ? bad[a] > bad[b] : a.index < b.index; });
        const auto kept = std::min(static_cast<std::size_t>(missing), here.size());
        damaged.assign(here.begin() + static_cast<std::ptrdiff_t>(kept), here.end());
    }
    return unkept;
}

} // namespace gpupack::plan::detail
