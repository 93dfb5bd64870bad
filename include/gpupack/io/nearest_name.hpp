// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// How many characters must be added, removed or replaced to make one name of the other.
///
/// Source: Wagner and Fischer 1974 (docs/sources.md#wagner74).
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

/// The known name that a name was most likely meant to be: the one at the least edit distance, of several the first.
[[nodiscard]] inline std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
    const auto nearest = std::min_element(known.begin(), known.end(), [&](std::string_view a, std::string_view b) {
        return edit_distance(name, a) < edit_distance(name, b);
    });
    return nearest == known.end() ? std::string_view{} : *nearest;
}

} // namespace gpupack::io
