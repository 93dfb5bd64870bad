// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/topology/domain_tree.hpp>

#include <algorithm>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// The level of the narrowest domain that holds all members of a gang: an index into domain_tree::levels(), and one more for a
/// node that holds them all; -1 for a single task.
///
/// Cost: the depth of the tree for each member.
/// @param cluster  where they are
/// @param members  their placements
[[nodiscard]] inline int gang_level_of(const cluster& cluster, const std::vector<placement>& members) {
    if (members.size() <= 1) return -1;
    const domain_tree& domains = cluster.domains();
    const node_id first = members.front().node;
    if (std::all_of(members.begin(), members.end(), [&](const placement& each) { return each.node == first; }))
        return static_cast<int>(domains.levels().size());
    domain_id common = cluster.domain_of(first);
    for (const placement& each : members) common = domains.common(common, cluster.domain_of(each.node));
    return domains[common].level;
}

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
