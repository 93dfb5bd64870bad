// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Looks which classes of waiting tasks something may have helped that has left, and lets them be tried again.
///
/// A request that fits no node from which something has left fits nowhere, if it fitted nowhere before.
/// Cost: a test of each node for each class.
/// @tparam Nodes   what would be there for a class: fits(class, node), and members(class, node, most) that fit together
/// @param classes  those that were refused
/// @param size     how many nodes there are
/// @param freed    nodes from which something has left, each once
/// @param nodes    as they are, or would be
/// @return         whether there were any
template <class Nodes>
bool note_helped(std::vector<waiting_class>& classes, std::size_t size, const std::vector<std::uint32_t>& freed, const Nodes& nodes) {
    bool helps = false;
    for (waiting_class& each : classes) {
        if (each.line.size() == 0) {
            each.refused_from = estimate_line::never;
            continue;
        }
        if (each.refused_from == estimate_line::never) continue;
        if (std::none_of(freed.begin(), freed.end(), [&](std::uint32_t node) { return nodes.fits(each, node_id{node}); })) continue;
        std::int64_t missing = each.members <= 1 ? 0 : each.members;
        for (std::uint32_t node = 0; node < size && missing > 0; ++node) missing -= nodes.members(each, node_id{node}, missing);
        if (missing > 0) continue;
        each.refused_from = estimate_line::never;
        helps = true;
    }
    return helps;
}

/// Nodes as they are.
class nodes_as_they_are {
  public:
    explicit nodes_as_they_are(const cluster& cluster) noexcept : cluster_{cluster} {}

    [[nodiscard]] bool fits(const waiting_class& each, node_id node) const { return fit::fits(cluster_[node], each.request); }
    [[nodiscard]] std::int64_t members(const waiting_class& each, node_id node, std::int64_t most) const {
        return members_that_fit(cluster_[node], each.request, most);
    }

  private:
    const cluster& cluster_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
