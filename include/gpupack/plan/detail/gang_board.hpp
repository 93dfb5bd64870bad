// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/node_trial.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The members of a gang that are seated so far, on a trial of the cluster.
///
/// Of the policy it keeps no more than how it chooses GPUs, so that the search is compiled once for all policies; and
/// it is a template, so that only those who place gangs compile it.
template <class Trial> class gang_board {
  public:
    /// One member on its GPUs.
    struct seat {
        std::size_t part = 0;
        selection at;
    };

    template <policy::policy Policy>
    gang_board(const cluster& on, const Policy& by, const gang& wanted, request_rule rule)
        : on_{on}, wanted_{wanted}, trial_{on} {
        for (const gang_part& part : wanted.parts) requests_.push_back(effective_request(rule, part.request));
        for (const gpupack::request& each : requests_)
            pick_.push_back([scorer = policy::prepare(by, policy::decision{on, each, 0})](const node_view& node,
                                                                                          const gpupack::request& request) {
                return policy::select_gpus(scorer, node, request);
            });
    }
    gang_board(const cluster& on, const any_policy& by, const gang& wanted, request_rule rule)
        : on_{on}, wanted_{wanted}, trial_{on} {
        for (const gang_part& part : wanted.parts) requests_.push_back(effective_request(rule, part.request));
        for (const gpupack::request& each : requests_)
            pick_.push_back(by.prepare_chooser(policy::decision{on, each, 0}));
    }

    [[nodiscard]] const cluster& on() const noexcept { return on_; }
    [[nodiscard]] const gang& wanted() const noexcept { return wanted_; }
    [[nodiscard]] const std::vector<seat>& seats() const noexcept { return seats_; }
    [[nodiscard]] node_view view(node_id node) const noexcept { return trial_[node]; }
    [[nodiscard]] const gpupack::request& request(std::size_t part) const noexcept { return requests_[part]; }

    /// Whether any member asks for GPUs by id.
    [[nodiscard]] bool wanted_ids() const noexcept {
        return std::any_of(requests_.begin(), requests_.end(), [](const gpupack::request& each) { return !each.ids.is_any(); });
    }

    /// How many members sit on the node.
    [[nodiscard]] int members_on(node_id node) const noexcept {
        const auto found = members_.find(node.number());
        return found == members_.end() ? 0 : found->second;
    }

    /// Whether one more member of the part fits the node.
    [[nodiscard]] bool has_room(std::size_t part, node_id node) const noexcept {
        return members_on(node) < wanted_.most_per_node && fit::fits(trial_[node], requests_[part]);
    }

    /// Seats a member of the part on the GPUs that the policy takes there; it must have room.
    void seat_one(std::size_t part, node_id node) {
        seat_at(part, pick(part, node));
    }
    /// Seats a member exactly there.
    void seat_at(std::size_t part, const selection& at) {
        trial_.take(at.node, requests_[part], at.gpus, at.slots);
        ++members_[at.node.number()];
        seats_.push_back({part, at});
    }
    /// Sends the last members home until that many sit.
    void leave(std::size_t staying) {
        for (; seats_.size() > staying; seats_.pop_back()) {
            trial_.undo();
            --members_[seats_.back().at.node.number()];
        }
    }

    /// Whether each node that has members has as many as the gang wants at least.
    [[nodiscard]] bool nodes_are_full_enough() const noexcept {
        return std::all_of(members_.begin(), members_.end(), [&](const auto& each) {
            return each.second == 0 || each.second >= wanted_.least_per_node;
        });
    }

    /// Members that are missing on nodes which have too few.
    [[nodiscard]] std::int64_t missing_on_nodes() const noexcept {
        std::int64_t missing = 0;
        for (const auto& [node, count] : members_)
            if (count > 0) missing += std::max(0, wanted_.least_per_node - count);
        return missing;
    }

    /// The GPUs that the policy takes for one more member, which must fit.
    [[nodiscard]] selection pick(std::size_t part, node_id node) const {
        return pick_[part](trial_[node], requests_[part]);
    }

  private:
    const cluster& on_;
    const gang& wanted_;
    Trial trial_;
    std::vector<gpupack::request> requests_; // [parts]  as the policy takes them
    std::vector<gpu_chooser> pick_; // [parts]
    std::vector<seat> seats_;
    std::unordered_map<std::uint32_t, int> members_; // by node
};

} // namespace gpupack::plan::detail
