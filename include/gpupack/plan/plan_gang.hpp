// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/plan/detail/gang_capacity.hpp>
#include <gpupack/plan/detail/gang_search.hpp>
#include <gpupack/plan/gang_plan.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/topology/domain_tree.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

namespace detail {

/// Domains of a level that may hold the gang by their sums, in the order in which they are tried.
[[nodiscard]] inline std::vector<domain_id> domains_to_try(const gang_board& board, int level) {
    const cluster& cluster = board.cluster();
    std::vector<domain_id> domains;
    for (std::uint32_t d = 0; d < cluster.domains().size(); ++d) {
        const domain_id id{d};
        if (cluster.domains()[id].level != level || !board.allows(id)) continue;
        std::int64_t idle = 0;
        bool has_room = true;
        for (std::size_t part = 0; part < board.parts(); ++part) {
            const request& request = board.request(part);
            if (request.gpus == 0 || request.share.way() != sharing::exclusive) continue;
            idle += std::int64_t{request.gpus} * board.count(part);
            has_room = has_room && cluster.free_in(id).room_for(request.gpus) >= board.count(part);
        }
        if (has_room && cluster.free_in(id).idle_gpus >= idle) domains.push_back(id);
    }
    const bool pack = board.gang().layout == gang_layout::pack;
    std::stable_sort(domains.begin(), domains.end(), [&](domain_id a, domain_id b) {
        const std::int64_t x = cluster.free_in(a).idle_gpus;
        const std::int64_t y = cluster.free_in(b).idle_gpus;
        return pack ? x < y : x > y;
    });
    return domains;
}

/// The nodes that may hold the whole gang alone, those with the fewest idle GPUs first.
[[nodiscard]] inline std::vector<node_id> nodes_to_try(const gang_board& board) {
    std::int64_t idle = 0;
    std::int64_t cpu = 0;
    std::int64_t memory = 0;
    for (std::size_t part = 0; part < board.parts(); ++part) {
        const request& request = board.request(part);
        const std::int64_t count = board.count(part);
        if (request.share.way() == sharing::exclusive) idle += count * request.gpus;
        cpu += count * request.cpu.count();
        memory += count * request.memory.count();
    }
    std::vector<node_id> nodes;
    if (board.gang().members() > board.gang().most_per_node || idle > max_gpus_per_node) return nodes;
    for (const node_id id : board.nodes()) {
        const node_view node = board.cluster()[id];
        if (node.idle_gpus() >= idle && node.cpu_free().count() >= cpu && node.memory_free().count() >= memory &&
            board.fits(0, id))
            nodes.push_back(id);
    }
    std::sort(nodes.begin(), nodes.end());
    std::stable_sort(nodes.begin(), nodes.end(), [&](node_id a, node_id b) {
        return board.cluster()[a].compute_free() < board.cluster()[b].compute_free();
    });
    return nodes;
}

/// The plan that a board holds.
[[nodiscard]] inline gang_plan plan_of(const gang_board& board) {
    gang_plan plan;
    std::vector<std::vector<std::size_t>> members(board.parts()); // of each part of the board, in the order of the gang
    std::size_t next = 0;
    for (std::size_t part = 0; part < board.gang().parts.size(); ++part)
        for (int i = 0; i < board.gang().parts[part].count; ++i) members[board.part_of(part)].push_back(next++);
    plan.members.resize(next);
    std::vector<std::size_t> taken(board.parts(), 0);
    for (const gang_board::assignment& each : board.assigned()) {
        plan.order.push_back(members[each.part][taken[each.part]++]);
        plan.members[plan.order.back()] = each.target;
    }
    std::vector<node_id> nodes;
    for (const selection& member : plan.members) nodes.push_back(member.node);
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    plan.nodes = nodes.size();
    plan.one_node = nodes.size() == 1;
    const cluster& cluster = board.cluster();
    plan.domain = cluster.domain_of(nodes.front());
    for (const node_id node : nodes) plan.domain = cluster.domains().common(plan.domain, cluster.domain_of(node));
    return plan;
}

/// The first and the last level that are tried, narrowest first; a node is one level below the last of the tree.
struct level_range {
    int narrowest = 0;
    int widest = 0;
};

[[nodiscard]] inline expected<level_range, input_error> levels_of(const domain_tree& tree, const gang& gang) {
    const int node = static_cast<int>(tree.levels().size());
    level_range range{gang.layout == gang_layout::spread ? 0 : node, 0};
    const std::optional<domain_id> within = gang.domain.empty() ? std::optional{domain_id{}} : tree.find(gang.domain);
    if (!within) return bad_input("gang domain", gang.domain, "a domain of the cluster");
    const auto within_domain = [&](level_range levels) {
        levels.widest = std::max(levels.widest, tree[*within].level);
        levels.narrowest = std::max(levels.narrowest, levels.widest);
        return levels;
    };
    if (gang.level.empty()) return within_domain(range);
    const auto level = gang.level == "node" ? std::optional{node} : tree.level(gang.level);
    if (!level) return bad_input("gang level", gang.level, "node, or a level of the cluster's domains");
    if (gang.layout == gang_layout::spread) range.narrowest = *level;
    if (gang.required) range.widest = *level;
    return within_domain(range);
}

/// Whether some domain of the level, or some node, might hold the gang if it were empty.
[[nodiscard]] inline bool might_fit_empty_at(const gang_board& board, int level) {
    const cluster& cluster = board.cluster();
    if (level < static_cast<int>(cluster.domains().levels().size())) {
        for (std::uint32_t d = 0; d < cluster.domains().size(); ++d)
            if (cluster.domains()[domain_id{d}].level == level && board.allows(domain_id{d}) &&
                might_fit_empty(board, cluster.nodes_in(domain_id{d})))
                return true;
        return false;
    }
    const node_range all = board.nodes();
    const node_type* last = nullptr; // of an open node that would not do; most nodes are like the one before
    return std::any_of(all.begin(), all.end(), [&](const node_id& node) {
        const node_view view = cluster[node];
        if (view.closed() || (&view.type() == last && !board.names_gpus_of(node))) return false;
        last = view.idle_gpus() == view.gpu_count() ? &view.type() : nullptr;
        return might_fit_empty(board, node_range{&node, &node + 1});
    });
}

/// Assigns the gang to one node, or to nobody. Of nodes in one state only the first is tried.
[[nodiscard]] inline bool assign_to_one_node(const gang_board& board, gang_search& search) {
    std::vector<std::uint32_t> failed; // the first of each kind
    for (const node_id node : nodes_to_try(board)) {
        if (!failed.empty() && std::find(failed.begin(), failed.end(), search.twin_of(node).number()) != failed.end())
            continue;
        if (search.assign_all_on({node})) return true;
        failed.push_back(search.twin_of(node).number());
    }
    return false;
}

/// The first part of the gang that is a certain part of the board.
[[nodiscard]] inline std::size_t first_of_part(const gang_board& board, std::size_t part) {
    std::size_t first = 0;
    while (board.part_of(first) != part) ++first;
    return first;
}

/// Counts how many members the best of the widest domains allowed would take; of nodes, the few that have most free.
inline void count_fitting(const gang_board& board, gang_search& search, int level) {
    const cluster& cluster = board.cluster();
    if (level < static_cast<int>(cluster.domains().levels().size())) {
        for (std::uint32_t d = 0; d < cluster.domains().size(); ++d)
            if (cluster.domains()[domain_id{d}].level == level && board.allows(domain_id{d}))
                search.count_in(domain_id{d});
        return;
    }
    constexpr std::size_t most_counted = 16;
    std::vector<node_id> nodes(board.nodes().begin(), board.nodes().end());
    const auto counted = nodes.begin() + static_cast<std::ptrdiff_t>(std::min(most_counted, nodes.size()));
    std::partial_sort(nodes.begin(), counted, nodes.end(), [&](node_id a, node_id b) {
        const auto free = [&](node_id id) {
            const node_view node = cluster[id];
            return std::tuple{!node.closed(), node.idle_gpus(), node.compute_free().count(), node.cpu_free().count()};
        };
        return free(a) != free(b) ? free(a) > free(b) : a < b;
    });
    std::for_each(nodes.begin(), counted, [&](node_id node) { search.count_on({node}); });
}

/// Assigns the gang at the narrowest level where that can be done.
[[nodiscard]] inline expected<gang_plan, gang_failure> assign_gang(gang_board& board, level_range levels,
                                                                   std::int64_t budget) {
    gang_search search{board, budget};
    const auto hopeless = part_without_room(board, board.nodes());
    const int node_level = static_cast<int>(board.cluster().domains().levels().size());
    for (int level = levels.narrowest; level >= levels.widest && !hopeless; --level) {
        if (level == node_level) {
            if (assign_to_one_node(board, search)) return plan_of(board);
            continue;
        }
        for (const domain_id domain : domains_to_try(board, level))
            if (search.assign_all_in(domain)) return plan_of(board);
    }
    gang_failure failure{.proven = search.is_proven(), .members = board.gang().members()};
    failure.feasible_when_empty = false; // a narrow domain need not be part of a wider one
    const int last =
        levels.widest == 0 ? 0 : levels.narrowest; // the whole cluster has room for whatever a part of it has
    for (int level = levels.widest; level <= last && !failure.feasible_when_empty; ++level)
        failure.feasible_when_empty = might_fit_empty_at(board, level);
    failure.proven = failure.proven || !failure.feasible_when_empty;
    if (hopeless) failure.part = first_of_part(board, *hopeless);
    count_fitting(board, search, levels.widest);
    failure.fitting = search.most_assigned();
    return unexpected<gang_failure>{failure};
}

} // namespace detail

/// Where the members of a gang go, all of them, chosen together; nothing is taken.
///
/// Levels are tried from the narrowest to the widest allowed; at one level, the domain with the fewest idle GPUs first
/// (pack) or the most (spread). In a domain, equal members are shared out by counting what each node can take; different
/// ones are assigned one by one, the largest first. Where that fails, the search is exact: it lists which members each node
/// can take together, over all choices of GPUs and slots and in every order where the order matters, and then chooses for
/// all nodes at once. So a placement that exists is found, and a refusal is proven, as long as the budget lasts. The order
/// in which a gang lists its parts does not matter.
/// Ties: lower domain, lower node.
/// Cost: a fit test for each node of each domain tried, and a selection for each member; allocates. A part that fits no node
/// now, or that has more members than the nodes have room for, is refused after that.
///
/// @param cluster  stays as it is
/// @param policy   selects the GPUs on each node: a policy, or any_policy
/// @param gang     its members
/// @param budget   steps of the exact search: members tried on a node
/// @param rule     what is placed for a request
/// @return         the plan; or what is wrong with the gang; or that there is no placement, and whether that is proven
template <class Policy>
requires(policy::policy<Policy> || std::same_as<Policy, any_policy>)
    [[nodiscard]] expected<gang_plan, gang_failure> plan_gang(const cluster& cluster, const Policy& policy,
                                                              const gang& gang, std::int64_t budget = 20'000,
                                                              request_rule rule = request_rule::as_requested) {
    if (const auto valid = checked(gang); !valid) return unexpected<gang_failure>{gang_failure{valid.error()}};
    const auto levels = detail::levels_of(cluster.domains(), gang);
    if (!levels) return unexpected<gang_failure>{gang_failure{levels.error()}};
    detail::gang_board board{cluster, policy, gang, rule};
    if (!gang.domain.empty()) board.keep_within(*cluster.domains().find(gang.domain));
    return detail::assign_gang(board, *levels, budget);
}

} // namespace gpupack::plan
