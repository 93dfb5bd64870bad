// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/plan/detail/gang_capacity.hpp>
#include <gpupack/plan/detail/gang_order.hpp>
#include <gpupack/plan/detail/node_choices.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// How many members of each part: [parts].
using member_counts = std::vector<std::int32_t>;

/// What a search may still do: a step is one member tried on one node.
class search_budget {
  public:
    /// @param steps  that may be done
    explicit search_budget(std::int64_t steps) noexcept
        : left_{std::clamp<std::int64_t>(steps, 0, std::numeric_limits<std::int64_t>::max() / unit) * unit} {}

    /// Spends a step, or a small part of one; false where nothing is left.
    [[nodiscard]] bool spend(bool whole_step = true) noexcept {
        left_ -= whole_step ? unit : 1;
        return left_ >= 0;
    }
    /// Whether something is left.
    [[nodiscard]] bool is_left() const noexcept { return left_ > 0; }
    /// Steps that are left.
    [[nodiscard]] std::int64_t steps() const noexcept { return left_ > 0 ? left_ / unit : 0; }

  private:
    static constexpr std::int64_t unit = 64;
    std::int64_t left_;
};

/// Which members one node can take together: every combination of counts, found by trying all choices of GPUs and slots, in
/// every order where the order matters.
///
/// Nodes do not influence each other but through these counts, so a gang is placed by choosing one combination a node.
class gang_patterns {
  public:
    /// @param board  with nobody assigned; must outlive this
    explicit gang_patterns(const gang_board& board)
        : board_{board}, closed_downwards_{board.gang().least_per_node == 1} {
        for (std::size_t part = 0; part < board.parts(); ++part)
            any_order_ = any_order_ || depends_on_order(board.cluster(), board.request(part));
        closed_downwards_ = closed_downwards_ && !any_order_;
    }

    /// Whether members that share a node must be tried in every order.
    [[nodiscard]] bool any_order() const noexcept { return any_order_; }
    /// Whether a node that takes some members takes any fewer of them; only the largest combinations are listed then.
    [[nodiscard]] bool closed_downwards() const noexcept { return closed_downwards_; }

    /// The combinations of one node, that of nobody left out.
    ///
    /// @param patterns  gets them, in no order that depends on anything but the node
    /// @param id        the node
    /// @param budget    is spent
    /// @return          false where the budget ran out: some may be missing
    [[nodiscard]] bool list(std::vector<member_counts>& patterns, node_id id, search_budget& budget) {
        patterns.clear();
        const node_view node = board_.view(id);
        if (node.closed()) return true;
        by_index_ = board_.names_gpus_of(id);
        split_parts(node);
        budget_ = &budget;
        visited_.clear();
        idle_left_.clear();
        complete_ = true;
        all_found_ = false;
        member_counts counts(board_.parts(), 0);
        explore(trial_node{node}, counts, 0, 0);
        for (const auto& [seen, idle] : idle_left_) {
            member_counts extended = seen;
            add_plain(patterns, node, extended, 0, room_beside(node, seen, idle));
        }
        std::erase_if(patterns, [](const member_counts& each) {
            return std::all_of(each.begin(), each.end(), [](std::int32_t count) { return count == 0; });
        });
        if (closed_downwards_) keep_largest(patterns);
        return complete_;
    }

    /// Keeps those that no other one exceeds.
    static void keep_largest(std::vector<member_counts>& patterns) {
        std::sort(patterns.begin(), patterns.end(), std::greater<>{});
        patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
        std::vector<member_counts> largest;
        for (member_counts& each : patterns) { // what exceeds it stands before it
            const bool exceeded = std::any_of(largest.begin(), largest.end(), [&](const member_counts& other) {
                return std::equal(each.begin(), each.end(), other.begin(), std::less_equal<>{});
            });
            if (!exceeded) largest.push_back(std::move(each));
        }
        patterns = std::move(largest);
    }

  private:
    /// What is left on a node for parts that need no more than amounts.
    struct room {
        std::int64_t cpu = 0;
        std::int64_t memory = 0;
        std::int64_t idle = 0;
        std::int64_t members = 0;
    };

    /// Tells the parts that need no more than free amounts of the node, whole GPUs of any kind for instance, from the rest.
    void split_parts(const node_view& node) {
        plain_.clear();
        searched_.clear();
        uses_idle_gpus_ = false;
        bounds_.assign(board_.parts(), 0);
        for (std::size_t part = 0; part < board_.parts(); ++part) {
            const request& request = board_.request(part);
            const bool whole = request.share.way() == sharing::exclusive && !request.selects() &&
                               request.numa == numa_alignment::none &&
                               (node.type().models.bits() & ~request.models.bits()) == 0;
            bounds_[part] =
                most_members(node, request, std::min<std::int64_t>(board_.count(part), board_.gang().most_per_node));
            if (request.gpus == 0 || (whole && !any_order_)) {
                plain_.push_back(part);
                uses_idle_gpus_ = uses_idle_gpus_ || request.gpus > 0;
            } else {
                searched_.push_back(part);
            }
        }
    }

    /// Adds members of the searched parts in every way, and notes each combination with the idle GPUs that it leaves.
    void explore(const trial_node& trial, member_counts& counts, std::size_t first, std::int64_t members) {
        std::string key = state_key(trial.view(), by_index_);
        for (const std::size_t part : searched_)
            key.append(reinterpret_cast<const char*>(&counts[part]), sizeof(counts[part]));
        if (!visited_.insert(std::move(key)).second) return;
        const auto [entry, added] = idle_left_.try_emplace(counts, trial.view().idle_gpus());
        if (!added) entry->second = std::max(entry->second, trial.view().idle_gpus());
        if (is_largest(counts)) all_found_ = true;
        if (members == board_.gang().most_per_node) return;
        if (members == most_depth) complete_ = false;
        for (std::size_t nth = any_order_ ? 0 : first; nth < searched_.size() && complete_ && !all_found_; ++nth) {
            const std::size_t part = searched_[nth];
            if (counts[part] == board_.count(part) || !fit::fits(trial.view(), board_.request(part))) continue;
            std::vector<selection> choices;
            ++counts[part];
            const slot_choices slots = is_last(counts, members + 1) ? slot_choices::lowest : slot_choices::all;
            complete_ = collect_choices(choices, trial.view(), board_.request(part), by_index_, slots, most_choices) &&
                        complete_;
            for (const selection& choice : choices) {
                if (all_found_) break;
                if (!complete_ || !budget_->spend()) {
                    complete_ = false;
                    break;
                }
                trial_node next = trial;
                next.take(board_.request(part), choice.gpus, choice.slots);
                explore(next, counts, nth, members + 1);
            }
            --counts[part];
        }
    }

    /// Whether no combination of the searched parts can exceed this one, so that the search may end.
    [[nodiscard]] bool is_largest(const member_counts& counts) const noexcept {
        if (!closed_downwards_ || searched_.empty() || uses_idle_gpus_) return false;
        return std::all_of(searched_.begin(), searched_.end(),
                           [&](std::size_t part) { return counts[part] >= bounds_[part]; });
    }

    /// Whether no more members of the searched parts can follow, so that it does not matter which slots are left.
    [[nodiscard]] bool is_last(const member_counts& counts, std::int64_t members) const noexcept {
        return members == board_.gang().most_per_node ||
               std::all_of(searched_.begin(), searched_.end(),
                           [&](std::size_t part) { return counts[part] >= bounds_[part]; });
    }

    [[nodiscard]] room room_beside(const node_view& node, const member_counts& counts, int idle) const {
        room left{node.cpu_free().count(), node.memory_free().count(), idle, board_.gang().most_per_node};
        for (const std::size_t part : searched_) {
            left.cpu -= counts[part] * board_.request(part).cpu.count();
            left.memory -= counts[part] * board_.request(part).memory.count();
            left.members -= counts[part];
        }
        return left;
    }

    /// Adds members of the plain parts from the nth on, in every number there is room for.
    void add_plain(std::vector<member_counts>& patterns, const node_view& node, member_counts& counts, std::size_t nth,
                   room left) {
        if (!complete_) return;
        if (nth == plain_.size()) {
            complete_ = budget_->spend(false);
            const std::int64_t members = board_.gang().most_per_node - left.members;
            if (members == 0 || members >= board_.gang().least_per_node) patterns.push_back(counts);
            return;
        }
        const std::size_t part = plain_[nth];
        const request& request = board_.request(part);
        std::int64_t most = std::min(board_.count(part), left.members);
        const auto limit = [&](std::int64_t free, std::int64_t each) {
            if (each > 0) most = std::min(most, free / each);
        };
        limit(left.cpu, request.cpu.count());
        limit(left.memory, request.memory.count());
        limit(left.idle, request.gpus);
        if (request.gpus == 0 && !request.labels.choose(node.type().labels)) most = 0;
        const bool largest_will_do = closed_downwards_ && nth + 1 == plain_.size();
        for (std::int64_t count = largest_will_do ? most : 0; count <= most && complete_; ++count) {
            counts[part] = static_cast<std::int32_t>(count);
            add_plain(patterns, node, counts, nth + 1,
                      {left.cpu - count * request.cpu.count(), left.memory - count * request.memory.count(),
                       left.idle - count * request.gpus, left.members - count});
        }
        counts[part] = 0;
    }

    static constexpr std::size_t most_choices = 1 << 16;
    static constexpr std::int64_t most_depth = 2000; // members on one node, for the sake of the stack

    const gang_board& board_;
    bool any_order_ = false;
    bool closed_downwards_;
    // Of the node that is looked at.
    bool by_index_ = false;
    bool complete_ = true;
    bool all_found_ = false;
    bool uses_idle_gpus_ = false; // whether some plain part does
    search_budget* budget_ = nullptr;
    std::vector<std::size_t> plain_;
    std::vector<std::size_t> searched_;
    std::vector<std::int64_t> bounds_; // [parts]  members that the amounts on the node are enough for
    std::unordered_set<std::string> visited_;
    std::map<member_counts, int> idle_left_;
};

} // namespace gpupack::plan::detail
