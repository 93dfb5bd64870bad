// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/domain_tree.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Prefers nodes in the domain with the least free GPU compute, so that single tasks fill racks that are in use and whole
/// racks stay free for gangs.
///
/// All nodes of a domain score alike: `then(domain_packing{}, binpack{})` chooses among them. A gang with a required level is
/// better placed by plan::place_gang, which looks for the whole gang at once.
///
/// The score is minus the free milli-GPUs of the domain. It depends on more than the node, so engines keep no scores: a
/// decision costs a pass over the nodes.
struct domain_packing {
    /// The domain in which a node stands, whatever its level.
    static constexpr int narrowest = -1;

    /// The level of the domains, 0 being the whole cluster, 1 the widest below it. A node that stands in no domain of that level
    /// counts in the next wider one.
    int level = narrowest;

    /// It sees the whole cluster, so no score is kept.
    static constexpr policy_properties properties{
        .scope = reads::cluster, .node_id_sensitive = true, .host_only = true};

    /// The scorer of one decision.
    struct scorer {
        const cluster* nodes = nullptr; ///< As they are at the decision.
        int level = narrowest;          ///< As that of the policy.

        [[nodiscard]] score operator()(const node_view& node, const request&) const {
            const domain_tree& tree = nodes->domains();
            domain_id domain = nodes->domain_of(node.id());
            while (level != narrowest && tree[domain].level > level) domain = tree[domain].parent;
            return -nodes->free_in(domain).compute_free;
        }
    };

    /// The scorer of one decision, which reads the cluster as it is then.
    [[nodiscard]] scorer prepare(const decision& decision) const { return {&decision.cluster, level}; }

    friend bool operator==(const domain_packing&, const domain_packing&) = default;
};

static_assert(policy<domain_packing>);

} // namespace gpupack::policy
