// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/plan/gang_plan.hpp>
#include <gpupack/plan/place_compound.hpp>
#include <gpupack/plan/plan_gang.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Where one member of a running gang goes that lost its place, because its node failed for instance: as close to the rest
/// as there is room, in the domains that the gang allows.
///
/// The narrowest domain with room for it that holds the rest is taken, the node of the rest first if they are all on one;
/// in it, the node that the policy likes best, with at most gang::most_per_node members.
/// Cost: a score a node; allocates.
///
/// @param cluster  stays as it is; whether the member still holds what it had is the caller's matter
/// @param policy   chooses the node and selects the GPUs: a policy, or any_policy
/// @param gang     as it was placed
/// @param members  [members] where each member is, part by part
/// @param member   the one that goes elsewhere
/// @param rule     what is placed for a request
/// @return         its place; or what is wrong with the gang; or that there is no room
template <class Policy>
requires(policy::policy<Policy> || std::same_as<Policy, any_policy>)
    [[nodiscard]] expected<selection, gang_failure> plan_replacement(const cluster& cluster, const Policy& policy,
                                                                     const gang& gang,
                                                                     const std::vector<selection>& members,
                                                                     std::size_t member,
                                                                     request_rule rule = request_rule::as_requested) {
    GPUPACK_EXPECTS(member < members.size() && static_cast<std::int64_t>(members.size()) == gang.members(),
                    "a member of the gang");
    if (const auto valid = checked(gang); !valid) return unexpected<gang_failure>{gang_failure{valid.error()}};
    const auto levels = detail::levels_of(cluster.domains(), gang);
    if (!levels) return unexpected<gang_failure>{gang_failure{levels.error()}};
    std::size_t part = 0;
    for (std::int64_t before = 0; before + gang.parts[part].count <= static_cast<std::int64_t>(member); ++part)
        before += gang.parts[part].count;
    const request request = effective_request(rule, gang.parts[part].request);

    std::vector<selection> rest = members;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(member));
    const auto members_on = [&](node_id node) {
        return std::count_if(rest.begin(), rest.end(), [&](const selection& each) { return each.node == node; });
    };
    domain_id domain = rest.empty() ? domain_id{} : cluster.domain_of(rest.front().node);
    for (const selection& each : rest) domain = cluster.domains().common(domain, cluster.domain_of(each.node));
    const std::vector<node_id> nodes = detail::nodes_by_score(policy, cluster, request);
    const auto first_node = [&](auto&& allowed) -> std::optional<selection> {
        for (const node_id node : nodes)
            if (allowed(node) && members_on(node) < gang.most_per_node && members_on(node) + 1 >= gang.least_per_node)
                return detail::chooser_for(policy, cluster, request)(cluster[node], request);
        return std::nullopt;
    };
    const bool one_node = !rest.empty() && members_on(rest.front().node) == static_cast<std::ptrdiff_t>(rest.size());
    if (one_node)
        if (const auto found = first_node([&](node_id node) { return node == rest.front().node; })) return *found;
    const auto is_in = [&](node_id node) {
        return cluster.domains().common(domain, cluster.domain_of(node)) == domain;
    };
    const bool must_share_node = levels->widest == static_cast<int>(cluster.domains().levels().size()) && one_node;
    while (!must_share_node && cluster.domains()[domain].level >= levels->widest) {
        if (const auto found = first_node(is_in)) return *found;
        if (domain == domain_id{}) break;
        domain = cluster.domains()[domain].parent;
    }
    return unexpected<gang_failure>{gang_failure{.members = 1}};
}

} // namespace gpupack::plan
