// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/random_history.hpp"

#include <gpupack/request/gang.hpp>

/// A gang of one to three sorts of members, up to `most` of them, with wishes.
inline gpupack::gang random_gang(random_history& history, const gpupack::cluster& on, int most) {
    gpupack::gang any;
    for (std::uint64_t parts = 1 + history.below(3); parts > 0 && most > 0; --parts) {
        const int count = static_cast<int>(1 + history.below(static_cast<std::uint64_t>(most)));
        any.parts.push_back({history.any_request(on), count});
        most -= count;
    }
    const char* const levels[] = {"", "node", "rack", "block", "cluster"};
    any.level = levels[history.below(5)];
    any.required = !any.level.empty() && history.below(2) == 0;
    if (history.below(3) == 0) any.layout = gpupack::gang_layout::spread;
    if (history.below(4) == 0) any.most_per_node = static_cast<int>(1 + history.below(3));
    if (history.below(4) == 0 && any.most_per_node >= 2 && any.members() >= 2) any.least_per_node = 2;
    return any;
}
