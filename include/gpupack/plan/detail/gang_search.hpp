// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/plan/detail/gang_shares.hpp>
#include <gpupack/search/state_memo.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Assigns all members of a gang to some nodes: by sharing out equal members, else one by one, else by branch and bound over
/// nodes and GPUs.
class gang_search {
  public:
    /// The most members that branch and bound is tried for.
    static constexpr std::int64_t most_searched = 64;

    /// @param board   with nobody assigned; must outlive the search
    /// @param budget  choices that branch and bound may try, over all calls
    gang_search(gang_board& board, std::int64_t budget) : board_{board}, budget_{budget} {
        for (std::size_t part = 0; part < board.gang().parts.size(); ++part) order_.push_back(part);
        const auto size = [&](std::size_t part) {
            const request& request = board.request(part);
            return std::tuple{request.gpus, request.total_compute().count(), request.memory.count(), request.cpu.count()};
        };
        std::stable_sort(order_.begin(), order_.end(),
                         [&](std::size_t a, std::size_t b) { return size(b) < size(a); });
    }

    /// Whether every failure so far was proven: nothing was left out for want of budget.
    [[nodiscard]] bool is_proven() const noexcept { return proven_; }

    /// Assigns all to a domain, or nobody.
    [[nodiscard]] bool assign_all_in(domain_id domain) {
        if (order_.size() == 1 && assign_equals(domain)) return true;
        const node_range nodes = board_.cluster().nodes_in(domain);
        const std::vector<node_id> all(nodes.begin(), nodes.end());
        return assign_all_on(all);
    }
    /// Assigns all to some nodes, or nobody.
    [[nodiscard]] bool assign_all_on(const std::vector<node_id>& nodes) {
        if (assign_greedily(nodes) || assign_by_search(nodes)) return true;
        board_.unassign(0);
        return false;
    }

  private:
    [[nodiscard]] bool assign_equals(domain_id domain) {
        gang_shares shares{board_, domain};
        const std::int64_t members = board_.gang().members();
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
        for (const std::size_t part : order_) {
            std::vector<standing> open; // a heap, the best on top
            for (std::size_t i = 0; i < nodes.size(); ++i)
                if (board_.fits(part, nodes[i])) open.push_back(standing_of(nodes[i], i));
            std::make_heap(open.begin(), open.end(), std::greater<>{});
            for (int member = 0; member < board_.gang().parts[part].count; ++member) {
                if (open.empty()) {
                    board_.unassign(0);
                    return false;
                }
                std::pop_heap(open.begin(), open.end(), std::greater<>{});
                const std::size_t best = std::get<3>(open.back());
                open.pop_back();
                board_.assign(part, nodes[best]);
                if (!board_.fits(part, nodes[best])) continue;
                open.push_back(standing_of(nodes[best], best));
                std::push_heap(open.begin(), open.end(), std::greater<>{});
            }
        }
        if (board_.nodes_are_full_enough()) return true;
        board_.unassign(0);
        return false;
    }

    [[nodiscard]] bool assign_by_search(const std::vector<node_id>& nodes) {
        if (board_.gang().members() > most_searched) {
            proven_ = false;
            return false;
        }
        return assign_next(nodes, 0, 0, 0);
    }

    /// Whether the members that are still to come ask for more, all together, than is free.
    [[nodiscard]] bool is_hopeless(const std::vector<node_id>& nodes, std::size_t nth, int member) const noexcept {
        std::int64_t idle = 0;
        std::int64_t compute = 0;
        std::int64_t cpu = 0;
        std::int64_t memory = 0;
        for (const node_id node : nodes) {
            const node_view view = board_.view(node);
            if (view.closed()) continue;
            idle += view.idle_gpus();
            compute += view.compute_free().count();
            cpu += view.cpu_free().count();
            memory += view.memory_free().count();
        }
        for (; nth < order_.size(); ++nth, member = 0) {
            const request& request = board_.request(order_[nth]);
            const std::int64_t left = board_.gang().parts[order_[nth]].count - member;
            cpu -= left * request.cpu.count();
            memory -= left * request.memory.count();
            if (request.gpus > 0 && request.share.way() == sharing::exclusive) idle -= left * request.gpus;
            if (request.share.way() == sharing::slices) compute -= left * request.total_compute().count();
        }
        return idle < 0 || compute < 0 || cpu < 0 || memory < 0;
    }

    /// Assigns the given member of the nth part and all after it. Equal members go in the order of nodes, and of nodes
    /// that are alike only the first is tried: every other way is one of these with names changed.
    [[nodiscard]] bool assign_next(const std::vector<node_id>& nodes, std::size_t nth, int member, std::size_t first) {
        if (nth == order_.size()) return board_.nodes_are_full_enough();
        const std::size_t part = order_[nth];
        if (member == board_.gang().parts[part].count) return assign_next(nodes, nth + 1, 0, 0);
        if (is_hopeless(nodes, nth, member) || is_too_thin()) return false;
        for (std::size_t i = first; i < nodes.size(); ++i) {
            if (!board_.fits(part, nodes[i]) || is_like_an_earlier(nodes, first, i)) continue;
            if (assign_on(nodes, nth, member, i)) return true;
        }
        return false;
    }

    /// Tries every choice of GPUs on one node.
    [[nodiscard]] bool assign_on(const std::vector<node_id>& nodes, std::size_t nth, int member, std::size_t i) {
        const std::size_t part = order_[nth];
        const std::size_t before = board_.assigned().size();
        const selection first = board_.select(part, nodes[i]);
        const auto attempt = [&](const selection& chosen) {
            if (budget_ == 0) {
                proven_ = false;
                return false;
            }
            --budget_;
            board_.assign(part, chosen);
            if (assign_next(nodes, nth, member + 1, i)) return true;
            board_.unassign(before);
            return false;
        };
        if (attempt(first)) return true;
        std::vector<selection> others;
        fit::for_each_candidate(board_.view(nodes[i]), board_.request(part), [&](const candidate& each) {
            const selection other{nodes[i], each.gpus, each.slots};
            if (!(other == first)) others.push_back(other);
        });
        return std::any_of(others.begin(), others.end(), [&](const selection& other) {
            return attempt(other);
        });
    }

    [[nodiscard]] bool is_like_an_earlier(const std::vector<node_id>& nodes, std::size_t first,
                                          std::size_t i) const noexcept {
        if (board_.asks_for_ids()) return false; // by id, nodes in one state differ
        for (std::size_t j = first; j < i; ++j)
            if (board_.members_on(nodes[j]) == board_.members_on(nodes[i]) &&
                search::same_state(board_.view(nodes[j]), board_.view(nodes[i])))
                return true;
        return false;
    }

    /// Whether more members are missing on nodes with too few than are still to come.
    [[nodiscard]] bool is_too_thin() const noexcept {
        const auto assigned = static_cast<std::int64_t>(board_.assigned().size());
        return board_.missing_on_nodes() > board_.gang().members() - assigned;
    }

    gang_board& board_;
    std::int64_t budget_;
    bool proven_ = true;
    std::vector<std::size_t> order_; // of parts, the largest members first
};

} // namespace gpupack::plan::detail
