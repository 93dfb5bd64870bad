// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How far the scores of a policy look.
enum class reads : std::uint8_t {
    node,          ///< The node and the request.
    cluster_flags, ///< Also a few facts about the whole cluster, which the scorer names by cluster_flags().
    cluster        ///< The whole cluster, or the number of the decision: no score is kept for the next decision.
};

/// What a policy states about itself: `static constexpr policy_properties properties{.scope = reads::cluster};`.
///
/// A policy that prepares its scorer states its properties, if only `{}`, there or in the scorer: it sees the whole
/// cluster, and an engine must know whether it looks at it.
struct policy_properties {
    /// How far the scores look.
    reads scope = reads::node;
    /// A score costs more than a comparison of two node states, so a scan remembers the states that it has scored.
    bool expensive = false;
    /// Scores depend on the links between the chosen GPUs, so GPUs in equal states are not interchangeable.
    bool topology_sensitive = false;
    /// Nodes of one type in one state may score differently, because the score depends on the node's number.
    bool node_id_sensitive = false;
    /// for_each_score visits the only candidates that the policy takes, not all of a node.
    bool own_candidates = false;
    /// Scoring calls what only the host has, so no kernel is made of it.
    bool host_only = false;

    friend constexpr bool operator==(const policy_properties&, const policy_properties&) = default;
};

/// The properties of a policy that is made of two: whatever either has.
[[nodiscard]] constexpr policy_properties joined(const policy_properties& a, const policy_properties& b) noexcept {
    return {.scope = a.scope < b.scope ? b.scope : a.scope,
            .expensive = a.expensive || b.expensive,
            .topology_sensitive = a.topology_sensitive || b.topology_sensitive,
            .node_id_sensitive = a.node_id_sensitive || b.node_id_sensitive,
            .own_candidates = a.own_candidates || b.own_candidates,
            .host_only = a.host_only || b.host_only};
}

} // namespace gpupack::policy
