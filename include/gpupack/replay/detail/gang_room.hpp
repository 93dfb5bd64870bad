// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/replay/detail/node_copy.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <cstdint>
#include <map>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Whether the nodes together have room for the members of a gang now. Cost: a look at each node, but where the sums of the cluster
/// say that too few GPUs are idle.
[[nodiscard]] inline bool has_room(const cluster& cluster, const request& request, std::int64_t members) {
    const bool needs_idle = request.gpus > 0 && request.share.way() == sharing::exclusive;
    if (needs_idle && cluster.free_in(domain_id{}).room_for(request.gpus) < members) return false;
    for (std::uint32_t n = 0; n < cluster.size() && members > 0; ++n)
        members -= members_that_fit(cluster.node_at(n), request, members);
    return members <= 0;
}

/// The same of the nodes as they would be with nothing on them.
[[nodiscard]] inline bool has_room_empty(const cluster& cluster, const request& request, std::int64_t members) {
    for (std::uint32_t n = 0; n < cluster.size() && members > 0; ++n)
        members -=
            members_that_fit(fit::idle_node{cluster.node_at(n).type(), cluster.id_at(n)}.view(), request, members);
    return members <= 0;
}

/// Whether nodes with nothing on them have room for gangs, remembered by their class.
class possible_gangs {
  public:
    /// @param kind     number of the class
    /// @param cluster  its nodes
    /// @param request  of each member
    /// @param members  how many
    [[nodiscard]] bool has_room(std::size_t kind, const cluster& cluster, const request& request,
                                std::int64_t members) {
        const auto [known, is_new] = known_.try_emplace(kind, false);
        if (is_new) known->second = has_room_empty(cluster, request, members);
        return known->second;
    }

  private:
    std::map<std::size_t, bool> known_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
