// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/replay/detail/gang_room.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Looks which classes of waiting tasks something may have helped that has left, and lets them be tried again.
///
/// A request that fits no node from which something has left fits nowhere, if it fitted nowhere before.
/// Cost: a test of each such node for each class, and of all nodes for a gang that fits one of those.
/// @tparam Nodes   what would be there for a class: fits(class, number of a node), and has_room(class) for all members together
/// @param classes  those that were refused
/// @param freed    nodes from which something has left, each once
/// @param nodes    as they are, or would be
/// @return         whether there were any
template <class Nodes>
bool note_helped(std::vector<waiting_class>& classes, const std::vector<std::uint32_t>& freed, const Nodes& nodes) {
    bool helps = false;
    for (waiting_class& each : classes) {
        if (each.line.size() == 0) {
            each.refused_from = estimate_line::never;
            continue;
        }
        if (each.refused_from == estimate_line::never) continue;
        if (std::none_of(freed.begin(), freed.end(), [&](std::uint32_t node) { return nodes.fits(each, node); }))
            continue;
        if (each.members > 1 && !nodes.has_room(each)) continue;
        each.refused_from = estimate_line::never;
        helps = true;
    }
    return helps;
}

/// Nodes as they are.
class nodes_as_they_are {
  public:
    explicit nodes_as_they_are(const cluster& cluster) noexcept : cluster_{cluster} {}

    [[nodiscard]] bool fits(const waiting_class& each, std::uint32_t node) const {
        return fit::fits(cluster_.node_at(node), each.request);
    }
    [[nodiscard]] bool has_room(const waiting_class& each) const {
        return detail::has_room(cluster_, each.request, each.members);
    }

  private:
    const cluster& cluster_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
