// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/detail/joint_choice.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/request/compound_request.hpp>
#include <gpupack/request/peak_request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Where a request may go, and from what it keeps away: the anti-affinity of its group.
struct placement_scope {
    domain_id domain{};             ///< Nodes of this domain alone; the whole cluster by default.
    std::vector<selection> group{}; ///< Where the other members of its group are.
    bool apart_by_node = false;     ///< Whether it keeps away from their nodes.
    bool apart_by_gpu = false;      ///< Whether it keeps away from their GPUs.

    /// Whether the node may be used.
    [[nodiscard]] bool allows(const cluster& cluster, node_id node) const {
        if (!(cluster.domains().common(domain, cluster.domain_of(node)) == domain)) return false;
        return !apart_by_node ||
               std::none_of(group.begin(), group.end(), [&](const selection& each) { return each.node == node; });
    }
    /// The GPUs of a node that are not used.
    [[nodiscard]] gpu_set avoided_on(node_id node) const noexcept {
        gpu_set avoided;
        for (const selection& each : group)
            if (apart_by_gpu && each.node == node) avoided = avoided | each.gpus;
        return avoided;
    }
};

/// One booking of a compound request: a share, or equal shares on different GPUs; the first is of the host alone.
struct compound_member {
    std::size_t part = 0;     ///< The part that it is for.
    gpupack::request request; ///< What is booked.
    selection target;         ///< Where.
};

/// Where a compound request would go: what to book, in that order.
struct compound_plan {
    node_id node = node_id::none();       ///< The node.
    std::vector<compound_member> members; ///< The host amounts first, then what is needed of GPUs.
};

/// Why a compound request is not placed.
struct compound_failure {
    input_error input{}; ///< What is wrong with it; empty field: nothing.
    bool proven = true;  ///< Whether no node has room now; else the budget of the search ran out.
};

namespace detail {

template <policy::policy Policy>
[[nodiscard]] gpu_chooser chooser_for(const Policy& policy, const cluster& cluster, const request& request) {
    return [scorer = policy::prepare(policy, policy::decision{cluster, request, 0})](
               const node_view& node, const gpupack::request& each) { return policy::select_gpus(scorer, node, each); };
}
[[nodiscard]] inline gpu_chooser chooser_for(const any_policy& policy, const cluster& cluster, const request& request) {
    return policy.prepare_chooser(policy::decision{cluster, request, 0});
}

/// Whether a node has the labels that parts without GPUs ask for.
[[nodiscard]] inline bool has_labels(const node_view& node, const compound_request& request) noexcept {
    return std::all_of(request.parts.begin(), request.parts.end(), [&](const request_part& part) {
        return part.request.gpus > 0 || part.request.labels.choose(node.type().labels);
    });
}

/// The nodes that a request fits, the best first.
template <class Policy> [[nodiscard]] std::vector<node_id> nodes_by_score(const Policy& policy, const cluster& cluster,
                                                                          const request& request) {
    const policy::decision decision{cluster, request, 0};
    const auto list = [](const auto& explanation) {
        std::vector<node_id> nodes;
        for (const auto& option : explanation.options) nodes.push_back(option.node);
        return nodes;
    };
    if constexpr (std::same_as<Policy, any_policy>)
        return list(policy.explain(decision, cluster.size()));
    else
        return list(search::explain(policy, decision, cluster.size()));
}

/// The bookings that GPUs are needed for.
template <class Policy> [[nodiscard]] std::vector<joint_choice::member>
members_of(const peak_request& peak, const Policy& policy, const cluster& cluster, request_rule rule) {
    std::vector<joint_choice::member> members;
    for (const peak_request::shares& each : peak.gpu_parts) {
        request needed = effective_request(rule, each.request);
        const int count = each.shares_may_meet ? needed.gpus : 1;
        if (each.shares_may_meet) needed.gpus = 1;
        for (int i = 0; i < count; ++i) members.push_back({each.part, needed, chooser_for(policy, cluster, needed)});
    }
    std::stable_sort(members.begin(), members.end(), [](const joint_choice::member& a, const joint_choice::member& b) {
        return a.request.total_compute() > b.request.total_compute();
    });
    return members;
}

} // namespace detail

/// Where all parts of a compound request go, chosen together; nothing is taken.
///
/// Nodes are tried in the order in which the policy likes them for the part that asks for most compute, with the host amounts
/// of all parts. On each, GPUs and slots are chosen for all parts together: the policy's own choice first, then every other
/// one in every order, as long as the budget lasts. A part of an init container is booked only for what the others do not
/// need at their peak (peak_of).
///
/// @param cluster  stays as it is
/// @param policy   orders the nodes and selects the GPUs: a policy, or any_policy
/// @param request  its parts
/// @param scope    where it may go
/// @param budget   members that may be tried on GPUs
/// @param rule     what is placed for a request
/// @return         the plan; or what is wrong with the request; or that there is no room, and whether that is proven
template <class Policy>
requires(policy::policy<Policy> || std::same_as<Policy, any_policy>)
    [[nodiscard]] expected<compound_plan, compound_failure> plan_compound(
        const cluster& cluster, const Policy& policy, const compound_request& request,
        const placement_scope& scope = {}, std::int64_t budget = 20'000,
        request_rule rule = request_rule::as_requested) {
    if (const auto valid = checked(request); !valid)
        return unexpected<compound_failure>{compound_failure{valid.error()}};
    const peak_request peak = peak_of(request);
    const std::vector<detail::joint_choice::member> members = detail::members_of(peak, policy, cluster, rule);
    const gpupack::request host{.cpu = peak.cpu, .memory = peak.memory};
    gpupack::request largest = members.empty() ? host : members.front().request;
    largest.cpu = peak.cpu;
    largest.memory = peak.memory;
    detail::search_budget left{budget};
    for (const node_id node : detail::nodes_by_score(policy, cluster, largest)) {
        if (!scope.allows(cluster, node) || !detail::has_labels(cluster[node], request)) continue;
        detail::trial_node trial{cluster[node]};
        trial.take(host, {}, {});
        detail::joint_choice choice{members, request.relations, scope.avoided_on(node)};
        if (!choice.choose(trial, left)) continue;
        compound_plan plan{node, {{0, host, {node, {}, {}}}}};
        for (const std::size_t m : choice.order())
            plan.members.push_back({members[m].part, members[m].request, choice.chosen()[m]});
        return plan;
    }
    return unexpected<compound_failure>{compound_failure{{}, left.is_left()}};
}

/// Places a compound request: all parts, or none.
///
/// @param scheduler  takes the members: a scheduler or an any_scheduler
/// @param request    its parts
/// @param scope      where it may go
/// @param budget     see plan_compound
/// @return           the placements in the order of compound_plan::members; give them all back to release the request
template <class Scheduler> [[nodiscard]] expected<std::vector<placement>, compound_failure>
place_compound(Scheduler& scheduler, const compound_request& request, const placement_scope& scope = {},
               std::int64_t budget = 20'000) {
    const auto plan = plan_compound(scheduler.cluster(), scheduler.policy(), request, scope, budget, scheduler.rule());
    if (!plan) return unexpected<compound_failure>{plan.error()};
    std::vector<placement> placed;
    for (const compound_member& member : plan->members) placed.push_back(scheduler.take(member.target, member.request));
    return placed;
}

} // namespace gpupack::plan
