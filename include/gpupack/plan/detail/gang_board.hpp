// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
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

/// The members of a gang that are assigned so far, on a trial of the cluster.
///
/// Of the policy it keeps no more than how it selects GPUs, so the search is compiled once for all policies.
class gang_board {
  public:
    /// One member on its GPUs.
    struct assignment {
        std::size_t part = 0; ///< Of the gang.
        selection target;     ///< Where it goes.
    };

    /// @param cluster  must outlive the board, and not change meanwhile
    /// @param policy   selects the GPUs on each node: a policy, or any_policy
    /// @param gang     must outlive the board
    /// @param rule     what is placed for a request
    template <policy::policy Policy>
    gang_board(const gpupack::cluster& cluster, const Policy& policy, const gpupack::gang& gang, request_rule rule)
        : cluster_{cluster}, gang_{gang}, trial_{cluster} {
        for (const gang_part& part : gang.parts) requests_.push_back(effective_request(rule, part.request));
        for (const gpupack::request& each : requests_)
            selectors_.push_back([scorer = policy::prepare(policy, policy::decision{cluster, each, 0})](
                                     const node_view& node, const gpupack::request& request) {
                return policy::select_gpus(scorer, node, request);
            });
    }

    gang_board(const gpupack::cluster& cluster, const any_policy& policy, const gpupack::gang& gang, request_rule rule)
        : cluster_{cluster}, gang_{gang}, trial_{cluster} {
        for (const gang_part& part : gang.parts) requests_.push_back(effective_request(rule, part.request));
        for (const gpupack::request& each : requests_)
            selectors_.push_back(policy.prepare_chooser(policy::decision{cluster, each, 0}));
    }

    [[nodiscard]] const gpupack::cluster& cluster() const noexcept { return cluster_; }
    [[nodiscard]] const gpupack::gang& gang() const noexcept { return gang_; }
    [[nodiscard]] const std::vector<assignment>& assigned() const noexcept { return assigned_; }
    /// The node as it is with the members assigned so far.
    [[nodiscard]] node_view view(node_id node) const noexcept { return trial_[node]; }
    /// What is placed for a member of the part.
    [[nodiscard]] const gpupack::request& request(std::size_t part) const noexcept { return requests_[part]; }

    /// Whether any member asks for GPUs by id.
    [[nodiscard]] bool asks_for_ids() const noexcept {
        return std::any_of(requests_.begin(), requests_.end(),
                           [](const gpupack::request& each) { return !each.ids.is_any(); });
    }

    /// How many members are on the node.
    [[nodiscard]] int members_on(node_id node) const noexcept {
        const auto found = members_.find(node.number());
        return found == members_.end() ? 0 : found->second;
    }

    /// Whether one more member of the part fits the node.
    [[nodiscard]] bool fits(std::size_t part, node_id node) const noexcept {
        return members_on(node) < gang_.most_per_node && fit::fits(trial_[node], requests_[part]);
    }

    /// The GPUs that the policy takes for one more member, which must fit.
    [[nodiscard]] selection select(std::size_t part, node_id node) const {
        return selectors_[part](trial_[node], requests_[part]);
    }

    /// Assigns a member of the part to the GPUs that the policy takes there; it must fit.
    void assign(std::size_t part, node_id node) { assign(part, select(part, node)); }
    /// Assigns a member of the part to these GPUs, which must fit.
    void assign(std::size_t part, const selection& target) {
        trial_.take(target.node, requests_[part], target.gpus, target.slots);
        ++members_[target.node.number()];
        assigned_.push_back({part, target});
    }
    /// Takes the last members back until that many are left.
    void unassign(std::size_t left) {
        for (; assigned_.size() > left; assigned_.pop_back()) {
            trial_.undo();
            --members_[assigned_.back().target.node.number()];
        }
    }

    /// Whether each node that has members has as many as the gang wants at least.
    [[nodiscard]] bool nodes_are_full_enough() const noexcept {
        return std::all_of(members_.begin(), members_.end(), [&](const auto& each) {
            return each.second == 0 || each.second >= gang_.least_per_node;
        });
    }

    /// Members that are missing on nodes which have too few.
    [[nodiscard]] std::int64_t missing_on_nodes() const noexcept {
        std::int64_t missing = 0;
        for (const auto& [node, count] : members_)
            if (count > 0) missing += std::max(0, gang_.least_per_node - count);
        return missing;
    }

  private:
    const gpupack::cluster& cluster_;
    const gpupack::gang& gang_;
    node_trial trial_;
    std::vector<gpupack::request> requests_; // [parts]  what is placed
    std::vector<gpu_chooser> selectors_;     // [parts]
    std::vector<assignment> assigned_;
    std::unordered_map<std::uint32_t, int> members_; // by node
};

} // namespace gpupack::plan::detail
