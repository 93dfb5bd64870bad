// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/diagnose.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/shortfall.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

namespace detail {

/// The name of a node as a label; empty where it has none, so that messages give its number.
[[nodiscard]] inline node_label label_of(const cluster& cluster, node_id node) {
    return node_label{cluster.given_name(node)};
}

/// Whether a node, or one of its GPUs, is closed.
[[nodiscard]] inline bool is_partly_closed(const node_view& node) noexcept {
    bool closed = node.closed();
    for (int i = 0; i < node.gpu_count(); ++i) closed = closed || node.gpu(i).closed;
    return closed;
}

/// Notes a node that would take the request if it were open.
///
/// @param serves  whether it would take the request some day although something of it is closed
inline void offer_opening(no_fit& why, const cluster& cluster, const node_view& node, const request& request,
                          bool serves) {
    if (why.opening_helps_now || !is_partly_closed(node)) return;
    const opened_node opened{node};
    const bool now = fits(opened.view(), request);
    const bool known = !(why.closed_node == node_id::none());
    if (!now && (known || serves || !fits(idle_node{node.type(), node.id()}.view(), request))) return;
    why.closed_node = node.id();
    why.opening_helps_now = now;
    why.closed_name = label_of(cluster, node.id());
    why.closed_gpus = {};
    for (int i = 0; i < node.gpu_count() && !node.closed(); ++i)
        if (node.gpu(i).closed) why.closed_gpus.insert(i);
}

/// Finds the node that comes nearest although no node could ever serve the request, by what it lacks when it is empty.
inline void find_nearest_when_empty(no_fit& why, const cluster& cluster, const request& request) {
    std::int64_t least = 0;
    const node_type* last = nullptr; // nodes of one type lack the same
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        const node_view node = cluster.node_at(i);
        if (node.closed() || (&node.type() == last && request.ids.is_any())) continue;
        last = &node.type();
        const diagnosis empty = diagnose(idle_node{node.type(), node.id()}.view(), request);
        if (!empty.could_serve || empty.why == reason::none) continue;
        const std::int64_t far = distance(empty.lack, request);
        if (why.has_nearest && far >= least) continue;
        why.has_nearest = true;
        why.nearest = empty.lack;
        least = far;
    }
}

} // namespace detail

/// Counts why each node refuses the request, which must fit none of them, and finds the nearest miss and what is closed.
///
/// Cost: a pass over the cluster, a second one where no node could ever serve the request; no allocation.
[[nodiscard]] inline no_fit explain_no_fit(const cluster& cluster, const request& request) {
    no_fit why;
    why.nodes = cluster.node_count();
    std::int64_t least = 0;
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        const node_view node = cluster.node_at(i);
        if (!cluster.contains(node.id())) continue;
        const diagnosis found = diagnose(node, request);
        ++why.failed[static_cast<int>(found.why)];
        detail::offer_opening(why, cluster, node, request, found.could_serve);
        if (!found.could_serve) continue;
        const std::int64_t far = distance(found.lack, request);
        if (why.has_nearest && far >= least) continue;
        if (!fits(idle_node{node}.view(), request)) continue;
        why.has_nearest = true;
        why.nearest = found.lack;
        least = far;
    }
    why.ever = why.has_nearest;
    if (!why.ever) detail::find_nearest_when_empty(why, cluster, request);
    if (why.has_nearest) why.nearest_name = detail::label_of(cluster, why.nearest.node);
    return why;
}

} // namespace gpupack::fit
