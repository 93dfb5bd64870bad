// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/plan/detail/gang_capacity.hpp>
#include <gpupack/plan/detail/gang_cover.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/detail/gang_shares.hpp>
#include <gpupack/plan/detail/node_choices.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/search/state_memo.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Assigns all members of a gang to some nodes: by sharing out equal members, else one by one, else exactly, by listing what
/// each node can take and choosing for all nodes together.
class gang_search {
  public:
    /// @param board   with nobody assigned; must outlive the search
    /// @param budget  steps of the exact search, over all calls: members tried on a node
    gang_search(gang_board& board, std::int64_t budget) : board_{board}, budget_{budget}, patterns_{board} {
        for (std::size_t part = 0; part < board.parts(); ++part) order_.push_back(part);
        const auto size = [&](std::size_t part) {
            const request& request = board.request(part);
            return std::tuple{request.gpus,
                              request.total_compute().count(),
                              request.share.memory().count(),
                              request.memory.count(),
                              request.cpu.count(),
                              hash_of(request)};
        };
        std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return size(b) < size(a); });
    }

    /// Whether every failure so far was proven: nothing was left out for want of budget.
    [[nodiscard]] bool is_proven() const noexcept { return proven_; }
    /// The most members that some domain tried would take, as they were placed one by one: exact for equal members, at least
    /// so many for others.
    [[nodiscard]] std::int64_t most_assigned() const noexcept { return most_assigned_; }

    /// Assigns all to a domain, or nobody.
    [[nodiscard]] bool assign_all_in(domain_id domain) {
        if (board_.parts() == 1 && assign_equals(domain)) return true;
        const node_range nodes = board_.cluster().nodes_in(domain);
        const std::vector<node_id> all(nodes.begin(), nodes.end());
        return assign_all_on(all);
    }
    /// Assigns all to some nodes, or nobody.
    [[nodiscard]] bool assign_all_on(const std::vector<node_id>& nodes) {
        if (assign_greedily(nodes)) return true;
        return might_hold_now(board_, nodes) && assign_exactly(nodes);
    }

    /// Counts in most_assigned() how many members a domain would take; nobody is assigned.
    void count_in(domain_id domain) {
        const node_range nodes = board_.cluster().nodes_in(domain);
        if (board_.parts() == 1)
            most_assigned_ =
                std::max(most_assigned_, std::min(board_.gang().members(), gang_shares{board_, domain}.capacity()));
        else
            count_on({nodes.begin(), nodes.end()});
    }
    /// Counts in most_assigned() how many members some nodes would take; nobody is assigned.
    void count_on(const std::vector<node_id>& nodes) {
        if (assign_greedily(nodes)) board_.unassign(0);
    }

    /// The first of the nodes that are in one state and so take the same members as this one.
    [[nodiscard]] node_id twin_of(node_id node) {
        if (kinds_.empty()) sort_into_kinds();
        return first_of_kind_[kinds_[node.number()]];
    }

  private:
    [[nodiscard]] bool assign_equals(domain_id domain) {
        gang_shares shares{board_, domain};
        const std::int64_t members = board_.gang().members();
        most_assigned_ = std::max(most_assigned_, std::min(members, shares.capacity()));
        if (shares.capacity() < members) return false;
        if (!shares.share_out(members, board_.gang().layout, board_.gang().least_per_node)) return false;
        bool assigned = true;
        shares.for_each_share([&](node_id node, std::int64_t share) {
            for (; share > 0 && assigned; --share) {
                assigned = board_.fits(0, node);
                if (assigned) board_.assign(0, node);
            }
        });
        if (!assigned) board_.unassign(0);
        return assigned;
    }

    /// How good a node is for one more member, and its place among the nodes, which breaks ties: lower is better.
    using standing = std::tuple<int, std::int64_t, std::int64_t, std::size_t>;

    /// Where a member leaves least, on nodes in use before (pack), or where the fewest members are (spread).
    [[nodiscard]] standing standing_of(node_id node, std::size_t nth) const noexcept {
        const node_view view = board_.view(node);
        const int used = board_.members_on(node);
        if (board_.gang().layout == gang_layout::pack)
            return {used == 0 ? 1 : 0, view.compute_free().count(), view.cpu_free().count(), nth};
        return {used, -view.compute_free().count(), -view.cpu_free().count(), nth};
    }

    /// The largest members first, each on the best node. Of equal members, each changes its own node's standing only.
    [[nodiscard]] bool assign_greedily(const std::vector<node_id>& nodes) {
        std::int64_t assigned = 0;
        for (const std::size_t part : order_) assigned += assign_members(part, nodes);
        most_assigned_ = std::max(most_assigned_, assigned);
        if (assigned == board_.gang().members() && board_.nodes_are_full_enough()) return true;
        board_.unassign(0);
        return false;
    }

    /// Assigns as many members of a part as find room. Where the rest of the gang cannot be saved, so many that a refusal
    /// can say how many there are.
    [[nodiscard]] std::int64_t assign_members(std::size_t part, const std::vector<node_id>& nodes) {
        std::vector<standing> open; // a heap, the best on top
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (board_.fits(part, nodes[i])) open.push_back(standing_of(nodes[i], i));
        std::make_heap(open.begin(), open.end(), std::greater<>{});
        std::int64_t member = 0;
        for (; member < board_.count(part) && !open.empty(); ++member) {
            std::pop_heap(open.begin(), open.end(), std::greater<>{});
            const std::size_t best = std::get<3>(open.back());
            open.pop_back();
            board_.assign(part, nodes[best]);
            if (!board_.fits(part, nodes[best])) continue;
            open.push_back(standing_of(nodes[best], best));
            std::push_heap(open.begin(), open.end(), std::greater<>{});
        }
        return member;
    }

    /// Lists what each node takes, chooses for all of them together, and assigns the members so. Within one call no more than
    /// a part of the budget is spent, so that wider domains have their turn.
    [[nodiscard]] bool assign_exactly(const std::vector<node_id>& nodes) {
        search_budget budget{std::max(budget_.steps() / 4, std::min<std::int64_t>(budget_.steps(), least_budget))};
        const std::int64_t before = budget.steps();
        const gang_cover::outcome outcome = try_cover(nodes, budget);
        budget_ = search_budget{budget_.steps() - (before - budget.steps())};
        proven_ = proven_ && outcome != gang_cover::outcome::cut_short;
        return outcome == gang_cover::outcome::found;
    }

    [[nodiscard]] gang_cover::outcome try_cover(const std::vector<node_id>& nodes, search_budget& budget) {
        if (kinds_.empty()) sort_into_kinds();
        std::vector<std::int64_t> counts;
        for (std::size_t part = 0; part < board_.parts(); ++part) counts.push_back(board_.count(part));
        std::vector<node_id> in_order = nodes;
        std::stable_sort(in_order.begin(), in_order.end(),
                         [&](node_id a, node_id b) { return kinds_[a.number()] < kinds_[b.number()]; });
        gang_cover cover{std::move(counts), patterns_.closed_downwards()};
        bool complete = true;
        std::int64_t room = 0; // of a gang of equal members
        std::int64_t of_kind = 0;
        std::size_t last = std::numeric_limits<std::size_t>::max();
        for (const node_id node : in_order) {
            const std::size_t kind = kinds_[node.number()];
            of_kind = kind == last ? of_kind + 1 : 1;
            last = kind;
            if (of_kind > board_.gang().members()) continue; // no more of them can be used
            const std::vector<member_counts>* const listed = patterns_of(kind, budget);
            complete = complete && listed != nullptr;
            if (listed == nullptr || listed->empty()) continue;
            cover.add(node, *listed, kind);
            if (board_.parts() == 1) room += std::max_element(listed->begin(), listed->end())->front();
        }
        most_assigned_ = std::max(most_assigned_, std::min(room, board_.gang().members()));
        const gang_cover::outcome outcome = cover.search(budget);
        if (outcome == gang_cover::outcome::none && !complete) return gang_cover::outcome::cut_short;
        if (outcome != gang_cover::outcome::found) return outcome;
        for (const gang_cover::choice& each : cover.chosen()) {
            std::unordered_set<std::string> failed;
            if (realize(each.node, each.counts, failed)) continue;
            board_.unassign(0); // cannot be: the combination was found by placing it
            return gang_cover::outcome::cut_short;
        }
        return outcome;
    }

    /// The combinations of a kind of node; null where the budget does not suffice to list them.
    [[nodiscard]] const std::vector<member_counts>* patterns_of(std::size_t kind, search_budget& budget) {
        const auto known = listed_.find(kind);
        if (known != listed_.end()) return &known->second;
        std::vector<member_counts> patterns;
        if (!budget.is_left() || !patterns_.list(patterns, first_of_kind_[kind], budget)) return nullptr;
        return &listed_.emplace(kind, std::move(patterns)).first->second;
    }

    /// Assigns so many members of each part to a node that can take them: on the GPUs that the policy takes, if that leaves
    /// room for the rest, else on others.
    [[nodiscard]] bool realize(node_id node, member_counts& left, std::unordered_set<std::string>& failed) {
        const bool by_index = board_.names_gpus_of(node);
        std::string key = state_key(board_.view(node), by_index);
        for (const std::int32_t count : left) key.append(reinterpret_cast<const char*>(&count), sizeof(count));
        if (failed.contains(key)) return false;
        bool done = true;
        for (const std::size_t part : order_) {
            if (left[part] == 0) continue;
            done = false;
            if (board_.fits(part, node) && realize_next(part, node, left, by_index, failed)) return true;
            if (!patterns_.any_order()) break;
        }
        if (!done) failed.insert(std::move(key));
        return done;
    }
    [[nodiscard]] bool realize(node_id node, const member_counts& counts, std::unordered_set<std::string>& failed) {
        member_counts left = counts;
        return realize(node, left, failed);
    }

    [[nodiscard]] bool realize_next(std::size_t part, node_id node, member_counts& left, bool by_index,
                                    std::unordered_set<std::string>& failed) {
        const std::size_t before = board_.assigned().size();
        --left[part];
        const auto attempt = [&](const selection& choice) {
            board_.assign(part, choice);
            if (realize(node, left, failed)) return true;
            board_.unassign(before);
            return false;
        };
        const selection first = board_.select(part, node);
        if (attempt(first)) return true;
        std::vector<selection> others;
        (void)collect_choices(others, board_.view(node), board_.request(part), by_index, slot_choices::all,
                              std::size_t{1} << 16);
        if (std::any_of(others.begin(), others.end(),
                        [&](const selection& each) { return !(each == first) && attempt(each); }))
            return true;
        ++left[part];
        return false;
    }

    /// Numbers the nodes so that those in one state, which take the same members, have one number.
    void sort_into_kinds() {
        const cluster& cluster = board_.cluster();
        std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_hash;
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            const node_view node = cluster.node_at(n);
            std::size_t kind = first_of_kind_.size();
            if (!board_.names_gpus_of(node.id())) {
                std::vector<std::size_t>& alike = by_hash[search::state_hash(node)];
                for (const std::size_t each : alike)
                    if (search::same_state(cluster[first_of_kind_[each]], node)) kind = each;
                if (kind == first_of_kind_.size()) alike.push_back(kind);
            }
            if (kind == first_of_kind_.size()) first_of_kind_.push_back(node.id());
            kinds_.push_back(kind);
        }
    }

    static constexpr std::int64_t least_budget = 1000;

    gang_board& board_;
    search_budget budget_;
    gang_patterns patterns_;
    bool proven_ = true;
    std::int64_t most_assigned_ = 0;
    std::vector<std::size_t> order_; // of parts, the largest members first
    std::vector<std::size_t> kinds_; // [nodes]  empty until they are asked for
    std::vector<node_id> first_of_kind_;
    std::unordered_map<std::size_t, std::vector<member_counts>> listed_; // by kind
};

} // namespace gpupack::plan::detail
