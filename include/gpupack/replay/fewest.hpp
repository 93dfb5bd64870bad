// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::replay {

/// The fewest of something that suffice, nodes for instance: by doubling, then by halving.
///
/// What is returned suffices, and one less does not. Where more can be worse than fewer, as a queue may grow when a node is
/// added, there may be a smaller number beyond a gap.
/// Cost: twice the logarithm of the answer, in calls.
///
/// @param least    the smallest that may do
/// @param most     the largest that is tried, not below least
/// @param suffice  whether so many do: a call with a number, with the same answer each time
/// @return         nothing where not even `most` do
template <class Suffice>
[[nodiscard]] std::optional<std::int64_t> find_fewest(std::int64_t least, std::int64_t most, Suffice&& suffice) {
    GPUPACK_EXPECTS(least <= most, "a range that is not empty");
    if (suffice(least)) return least;
    std::int64_t too_few = least;
    std::int64_t enough = least;
    for (std::int64_t step = 1; enough == least; step *= 2) {
        if (too_few == most) return std::nullopt;
        const std::int64_t next = std::min(most, least + step);
        (suffice(next) ? enough : too_few) = next;
    }
    while (enough - too_few > 1) {
        const std::int64_t middle = too_few + (enough - too_few) / 2;
        (suffice(middle) ? enough : too_few) = middle;
    }
    return enough;
}

} // namespace gpupack::inline GPUPACK_ABI::replay
