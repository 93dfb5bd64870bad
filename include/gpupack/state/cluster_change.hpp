// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/placement.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

class cluster;

/// What can happen to a live cluster.
enum class change_kind : std::uint8_t {
    placed,        ///< A request was placed.
    restored,      ///< A placement was put back that was made elsewhere or before.
    released,      ///< A placement was given back.
    told_to_leave, ///< A placement was told to leave, or to stay after all.
    closed,        ///< The node, or some of its GPUs, was closed or opened.
    node_added,    ///< A node came.
    node_changed,  ///< A node has other resources, GPUs, labels or names.
    node_removed   ///< A node is gone; its placements were released before.
};

/// The number of kinds of changes.
inline constexpr int change_kinds = 8;

/// "placed": one word or two for a log.
[[nodiscard]] constexpr std::string_view describe(change_kind kind) noexcept {
    switch (kind) {
    case change_kind::placed: return "placed";
    case change_kind::restored: return "restored";
    case change_kind::released: return "released";
    case change_kind::told_to_leave: return "told to leave";
    case change_kind::closed: return "closed";
    case change_kind::node_added: return "node added";
    case change_kind::node_changed: return "node changed";
    case change_kind::node_removed: return "node removed";
    }
    return "";
}

/// One change of a cluster, as its observer hears it just after.
struct cluster_change {
    change_kind kind{};                 ///< What happened.
    node_id node{};                     ///< Where; of a node that was removed, the id that it had.
    std::uint64_t version = 0;          ///< cluster::version() after it.
    const placement* subject = nullptr; ///< The placement, if it is one that changed; valid during the call.
};

/// Hears each change of a cluster. It must not change the cluster.
using cluster_observer = std::function<void(const cluster&, const cluster_change&)>;

} // namespace gpupack
