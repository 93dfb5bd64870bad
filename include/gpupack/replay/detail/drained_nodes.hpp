// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/replay/detail/node_copy.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// The nodes that a task waits for without knowing when anybody leaves: those on which the least compute, for each member
/// that an empty node would hold, is in use; ties to the lower node.
///
/// @return a place on each of them; fewer than the task needs where the cluster has not enough nodes
[[nodiscard]] inline std::vector<place_in_time> nodes_to_drain(const cluster& cluster, const request& request,
                                                               int members) {
    struct option {
        std::int64_t busy; // milli-GPUs, or milli-cores for a request without GPUs, over the members
        std::int64_t room;
        node_id node;
    };
    std::vector<option> options;
    const node_type* last = nullptr; // most nodes are of the type of the one before
    std::int64_t room = 0;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_view node = cluster.node_at(n);
        if (&node.type() != last || !request.ids.is_any()) // by id, nodes of one type differ
            room = members_that_fit(fit::idle_node{node.type(), node.id()}.view(), request, members);
        last = &node.type();
        if (room == 0) continue;
        // What must leave: nothing of what is free already counts.
        const std::int64_t busy =
            request.gpus == 0 ? (node.cpu() - node.cpu_free()).count() : (node.compute() - node.compute_free()).count();
        options.push_back({busy / room, room, node.id()});
    }
    std::stable_sort(options.begin(), options.end(), [](const option& a, const option& b) { return a.busy < b.busy; });
    std::vector<place_in_time> places;
    std::int64_t missing = members;
    for (std::size_t i = 0; i < options.size() && missing > 0; ++i) {
        places.push_back({node_calendar::never, options[i].node, {}, {}});
        missing -= options[i].room;
    }
    return places;
}

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
