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
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Where each member of a gang would go.
///
/// seats     [members]  part by part, in the order of gang::parts
/// order     [members]  members in the order in which they must be taken: what a split slice or an instance gets of a
///           GPU depends on what was there before
/// domain    the narrowest that holds them all
/// one_node  whether one node does
/// nodes     how many nodes they use
struct gang_plan {
    std::vector<selection> seats;
    std::vector<std::size_t> order;
    domain_id domain{};
    bool one_node = false;
    std::size_t nodes = 0;

    /// The level of the narrowest common domain: an index into domain_tree::levels(), and one more for a node.
    [[nodiscard]] int level(const domain_tree& of) const noexcept {
        return one_node ? static_cast<int>(of.levels().size()) : of[domain].level;
    }
};

/// Why a gang is not placed.
///
/// input   what is wrong with it; empty field: nothing
/// ever    whether it might fit if the cluster were empty: wait if so, reject if not
/// proven  whether there is no placement now; else the budget of the search ran out
struct gang_failure {
    input_error input{};
    bool ever = true;
    bool proven = true;

    /// One line.
    [[nodiscard]] std::string message() const {
        if (!input.field.empty()) return input.message();
        std::string text{"no domain that is narrow enough has room for the whole gang now"};
        if (!ever) text = "no domain that is narrow enough has room for the whole gang, even when it is empty";
        if (!proven) text.append("; the search was cut short: there may be a way");
        return text;
    }
};

namespace detail {

/// Domains of a level that may have room by their sums, in the order in which they are tried.
template <class Board> [[nodiscard]] std::vector<domain_id> domains_to_try(const Board& board, int level) {
    const cluster& on = board.on();
    std::vector<domain_id> domains;
    for (std::uint32_t d = 0; d < on.domains().size(); ++d) {
        const domain_id id{d};
        if (on.domains()[id].level != level) continue;
        std::int64_t idle = 0;
        bool room = true;
        for (std::size_t part = 0; part < board.wanted().parts.size(); ++part) {
            const request& request = board.request(part);
            if (request.gpus == 0 || request.share.way() != sharing::exclusive) continue;
            idle += std::int64_t{request.gpus} * board.wanted().parts[part].count;
            room = room && on.free_in(id).room_for(request.gpus) >= board.wanted().parts[part].count;
        }
        if (room && on.free_in(id).idle_gpus >= idle) domains.push_back(id);
    }
    const bool pack = board.wanted().layout == gang_layout::pack;
    std::stable_sort(domains.begin(), domains.end(), [&](domain_id a, domain_id b) {
        const std::int64_t x = on.free_in(a).idle_gpus;
        const std::int64_t y = on.free_in(b).idle_gpus;
        return pack ? x < y : x > y;
    });
    return domains;
}

/// The nodes that may hold the whole gang alone, those with the fewest idle GPUs first.
template <class Board> [[nodiscard]] std::vector<node_id> nodes_to_try(const Board& board) {
    std::int64_t idle = 0, cpu = 0, memory = 0;
    for (std::size_t part = 0; part < board.wanted().parts.size(); ++part) {
        const request& request = board.request(part);
        const std::int64_t count = board.wanted().parts[part].count;
        if (request.share.way() == sharing::exclusive) idle += count * request.gpus;
        cpu += count * request.cpu.count();
        memory += count * request.memory.count();
    }
    std::vector<node_id> nodes;
    if (board.wanted().members() > board.wanted().most_per_node || idle > max_gpus_per_node) return nodes;
    for (std::uint32_t n = 0; n < board.on().size(); ++n) {
        const node_view node = board.on()[node_id{n}];
        if (node.idle_gpus() >= idle && node.cpu_free().count() >= cpu && node.memory_free().count() >= memory &&
            board.has_room(0, node_id{n}))
            nodes.emplace_back(n);
    }
    std::stable_sort(nodes.begin(), nodes.end(), [&](node_id a, node_id b) {
        return board.on()[a].compute_free() < board.on()[b].compute_free();
    });
    return nodes;
}

template <class Board> [[nodiscard]] gang_plan plan_of(const Board& board) {
    gang_plan made;
    made.order.resize(board.seats().size());
    for (std::size_t part = 0; part < board.wanted().parts.size(); ++part)
        for (std::size_t i = 0; i < board.seats().size(); ++i)
            if (board.seats()[i].part == part) {
                made.order[i] = made.seats.size();
                made.seats.push_back(board.seats()[i].at);
            }
    std::vector<node_id> nodes;
    for (const selection& seat : made.seats) nodes.push_back(seat.node);
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    made.nodes = nodes.size();
    made.one_node = nodes.size() == 1;
    made.domain = board.on().domain_of(nodes.front());
    for (const node_id node : nodes)
        made.domain = board.on().domains().common(made.domain, board.on().domain_of(node));
    return made;
}

/// The first and the last level that are tried, narrowest first; a node is one level below the last of the tree.
struct level_range {
    int narrowest = 0;
    int widest = 0;
};

[[nodiscard]] inline expected<level_range, input_error> levels_of(const domain_tree& tree, const gang& wanted) {
    const int node = static_cast<int>(tree.levels().size());
    level_range range{wanted.layout == gang_layout::spread ? 0 : node, 0};
    if (wanted.level.empty()) return range;
    const auto level = wanted.level == "node" ? std::optional{node} : tree.level(wanted.level);
    if (!level) return bad_input("gang level", wanted.level, "node, or a level of the cluster's domains");
    if (wanted.layout == gang_layout::spread) range.narrowest = *level;
    if (wanted.required) range.widest = *level;
    return range;
}

/// Whether some domain of the level, or some node, might hold the gang if it were empty.
template <class Board> [[nodiscard]] bool might_fit_empty_at(const Board& board, int level) {
    const cluster& on = board.on();
    if (level < static_cast<int>(on.domains().levels().size())) {
        for (std::uint32_t d = 0; d < on.domains().size(); ++d)
            if (on.domains()[domain_id{d}].level == level && might_fit_empty(board, on.nodes_in(domain_id{d})))
                return true;
        return false;
    }
    const node_range all = on.nodes_in(domain_id{});
    return std::any_of(all.begin(), all.end(), [&](const node_id& node) {
        return might_fit_empty(board, node_range{&node, &node + 1});
    });
}

/// Seats the gang at the narrowest level where that can be done.
template <class Board>
[[nodiscard]] expected<gang_plan, gang_failure> seat_gang(Board& board, level_range levels, std::int64_t budget) {
    gang_search search{board, budget};
    for (int level = levels.narrowest; level >= levels.widest; --level) {
        if (level == static_cast<int>(board.on().domains().levels().size())) {
            for (const node_id node : nodes_to_try(board))
                if (search.seat_all_on({node})) return plan_of(board);
            continue;
        }
        for (const domain_id domain : domains_to_try(board, level))
            if (search.seat_all_in(domain)) return plan_of(board);
    }
    bool ever = false; // a narrow domain need not stand in a wider one
    for (int level = levels.widest; level <= levels.narrowest && !ever; ++level)
        ever = might_fit_empty_at(board, level);
    return unexpected<gang_failure>{gang_failure{{}, ever, !ever || search.is_proven()}};
}

} // namespace detail

/// Where the members of a gang go, all of them, chosen together; nothing is taken.
///
/// Levels are tried from the narrowest to the widest allowed; at one level, the domain with the fewest idle GPUs
/// first (pack) or the most (spread). In a domain, equal members are shared out by counting what each node has room
/// for; different ones are seated one by one, the largest first; and where that fails, by branch and bound over
/// nodes and GPUs, so that a placement that exists is found as long as the budget lasts and the gang has at most 64
/// members.
/// by      chooses the GPUs on each node: a policy, or any_policy
/// budget  choices that branch and bound may try
/// rule    what is placed for a request
/// errors  what is wrong with the gang; or that there is no room, and whether that is proven
/// cost    a fit test a node of each domain tried, and a choice a member; allocates
/// ties    lower domain, lower node
template <class Policy>
    requires(policy::policy<Policy> || std::same_as<Policy, any_policy>)
[[nodiscard]] expected<gang_plan, gang_failure> plan_gang(const cluster& on, const Policy& by, const gang& wanted,
                                                          std::int64_t budget = 20'000,
                                                          request_rule rule = request_rule::as_requested) {
    if (const auto right = checked(wanted); !right) return unexpected<gang_failure>{gang_failure{right.error()}};
    const auto levels = detail::levels_of(on.domains(), wanted);
    if (!levels) return unexpected<gang_failure>{gang_failure{levels.error()}};
    detail::gang_board<node_trial> board{on, by, wanted, rule};
    return detail::seat_gang(board, *levels, budget);
}

} // namespace gpupack::plan
