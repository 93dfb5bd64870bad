// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/detail/node_choices.hpp>
#include <gpupack/request/compound_request.hpp>
#include <gpupack/request/peak_request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/selection.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Chooses GPUs and slots on one node for all parts of a compound request together.
///
/// Exact as long as the budget lasts: every order of the parts, every set of GPUs, every slot; the policy's own choice is
/// tried first at each step.
class joint_choice {
  public:
    /// What is booked at once: a part, or one share of a part whose shares may meet.
    struct member {
        std::size_t part = 0;     ///< Of the compound request.
        gpupack::request request; ///< Without host amounts.
        gpu_chooser chooser;      ///< How the policy takes GPUs for it.
    };

    /// @param members    what is placed
    /// @param relations  between their parts
    /// @param avoided    GPUs of the node that are not used
    joint_choice(const std::vector<member>& members, const std::vector<part_relation>& relations, gpu_set avoided)
        : members_{members}, relations_{relations}, avoided_{avoided}, done_(members.size(), 0) {}

    /// Chooses; order() and chosen() say what.
    ///
    /// @param node    with the host amounts of the request taken from it
    /// @param budget  is spent
    /// @return        whether there is a way; false as well where the budget ran out
    [[nodiscard]] bool choose(const trial_node& node, search_budget& budget) {
        budget_ = &budget;
        chosen_.resize(members_.size());
        return choose_next(node);
    }

    /// [members] What each gets.
    [[nodiscard]] const std::vector<selection>& chosen() const noexcept { return chosen_; }
    /// The order in which the members must be taken.
    [[nodiscard]] const std::vector<std::size_t>& order() const noexcept { return order_; }

  private:
    [[nodiscard]] bool choose_next(const trial_node& node) {
        if (order_.size() == members_.size()) return true;
        if (!failed_.insert(key_of(node)).second) return false;
        for (std::size_t m = 0; m < members_.size(); ++m)
            if (done_[m] == 0 && !is_like_an_earlier(m) && choose_for(m, node)) return true;
        return false;
    }

    /// Of equal members that are not placed yet, the first goes first.
    [[nodiscard]] bool is_like_an_earlier(std::size_t m) const noexcept {
        return m > 0 && done_[m - 1] == 0 && members_[m - 1].part == members_[m].part &&
               members_[m - 1].request == members_[m].request;
    }

    [[nodiscard]] bool choose_for(std::size_t m, const trial_node& node) {
        const request& request = members_[m].request;
        if (!fit::fits(node.view(), request)) return false;
        const selection first = members_[m].chooser(node.view(), request);
        if (attempt(m, node, first)) return true;
        std::vector<selection> others;
        (void)collect_choices(others, node.view(), request, true, slot_choices::all, std::size_t{1} << 16);
        return std::any_of(others.begin(), others.end(),
                           [&](const selection& each) { return !(each == first) && attempt(m, node, each); });
    }

    [[nodiscard]] bool attempt(std::size_t m, const trial_node& node, const selection& choice) {
        if (!(choice.gpus & avoided_).empty() || !budget_->spend()) return false;
        done_[m] = 1;
        order_.push_back(m);
        chosen_[m] = choice;
        if (relations_hold()) {
            trial_node next = node;
            next.take(members_[m].request, choice.gpus, choice.slots);
            if (choose_next(next)) return true;
        }
        order_.pop_back();
        done_[m] = 0;
        return false;
    }

    /// The GPUs that the members of a part have so far, and whether that is all of them.
    struct part_gpus {
        gpu_set gpus{};
        bool complete = true;
    };
    [[nodiscard]] part_gpus gpus_of(std::size_t part) const noexcept {
        part_gpus found;
        for (std::size_t m = 0; m < members_.size(); ++m) {
            if (members_[m].part != part) continue;
            if (done_[m] == 0)
                found.complete = false;
            else
                found.gpus = found.gpus | chosen_[m].gpus;
        }
        return found;
    }

    [[nodiscard]] bool relations_hold() const noexcept {
        return std::all_of(relations_.begin(), relations_.end(), [&](const part_relation& each) {
            const part_gpus a = gpus_of(each.first);
            const part_gpus b = gpus_of(each.second);
            if (each.kind == gpu_relation::different) return (a.gpus & b.gpus).empty();
            if (each.kind == gpu_relation::any || !a.complete || !b.complete) return true;
            return a.gpus.contains(b.gpus) || b.gpus.contains(a.gpus);
        });
    }

    /// What the rest of the search depends on: the node, who is placed, and where those are that have relations.
    [[nodiscard]] std::string key_of(const trial_node& node) const {
        std::string key = state_key(node.view(), true);
        key.append(done_.begin(), done_.end());
        for (const part_relation& each : relations_)
            for (const std::size_t part : {each.first, each.second})
                key.append(std::to_string(gpus_of(part).gpus.bits())).append(",");
        return key;
    }

    const std::vector<member>& members_;
    const std::vector<part_relation>& relations_;
    gpu_set avoided_;
    std::vector<char> done_; // [members]
    std::vector<std::size_t> order_;
    std::vector<selection> chosen_;
    std::unordered_set<std::string> failed_;
    search_budget* budget_ = nullptr;
};

} // namespace gpupack::plan::detail
