// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/plan/detail/gang_capacity.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/state_memo.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// How many more of a request a cluster has room for.
struct room_left {
    std::int64_t least = 0; ///< So many can be placed for certain.
    std::int64_t most = 0;  ///< More cannot be placed.

    /// Whether the number is known.
    [[nodiscard]] bool is_exact() const noexcept { return least == most; }
};

/// How many more of a request fit now, each chosen so that most do.
///
/// What a node takes is found by trying all sets of GPUs and slots, once for nodes in one state; where the budget does not
/// suffice, the node counts for one in `least` and for what its amounts are enough for in `most`.
/// Cost: a look at each node, and a search for each state that nodes are in; allocates.
///
/// @param cluster  as it is
/// @param request  a valid request, as it is placed
/// @param budget   members that may be tried on a node, over all states
[[nodiscard]] inline room_left count_room(const cluster& cluster, const request& request,
                                          std::int64_t budget = 200'000) {
    GPUPACK_EXPECTS(is_valid(request), "a valid request");
    constexpr std::int64_t most_counted = 1'000'000; // on one node, for requests that ask for nothing
    const gang many{.parts = {{request, static_cast<int>(most_counted)}}};
    detail::gang_board board{cluster, policy::first_fit{}, many, request_rule::as_requested};
    detail::gang_patterns patterns{board};
    detail::search_budget left{budget};
    struct state {
        node_id node;
        room_left room;
    };
    std::unordered_map<std::uint64_t, std::vector<state>> known;
    room_left total;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view node = cluster.node_at(n);
        const std::int64_t most = detail::most_members(node, request, most_counted);
        if (most == 0) continue;
        std::vector<state>& alike = known[search::state_hash(node)];
        const bool is_named = board.names_gpus_of(node.id());
        const auto same = std::find_if(alike.begin(), alike.end(), [&](const state& each) {
            return !is_named && search::same_state(cluster[each.node], node);
        });
        room_left here{1, most};
        if (same != alike.end()) {
            here = same->room;
        } else {
            std::vector<detail::member_counts> listed;
            const bool complete = patterns.list(listed, node.id(), left);
            for (const detail::member_counts& each : listed)
                here.least = std::max<std::int64_t>(here.least, each.front());
            if (complete) here.most = here.least;
            if (!is_named) alike.push_back({node.id(), here});
        }
        total.least += here.least;
        total.most += here.most;
    }
    return total;
}

} // namespace gpupack::plan
