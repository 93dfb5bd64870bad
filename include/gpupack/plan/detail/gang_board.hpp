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
/// Parts that ask for the same are one part here, so that nothing depends on how a gang is written down.
/// Of the policy it keeps no more than how it selects GPUs, so the search is compiled once for all policies.
class gang_board {
  public:
    /// One member on its GPUs.
    struct assignment {
        std::size_t part = 0; ///< Of the board.
        selection target;     ///< Where it goes.
    };

    /// @param cluster  must outlive the board, and not change meanwhile
    /// @param policy   selects the GPUs on each node: a policy, or any_policy
    /// @param gang     must outlive the board
    /// @param rule     what is placed for a request
    template <policy::policy Policy>
    gang_board(const gpupack::cluster& cluster, const Policy& policy, const gpupack::gang& gang, request_rule rule)
        : cluster_{cluster}, gang_{gang}, trial_{cluster} {
        merge_parts(rule);
        for (const gpupack::request& each : requests_)
            selectors_.push_back([scorer = policy::prepare(policy, policy::decision{cluster, each, 0})](
                                     const node_view& node, const gpupack::request& request) {
                return policy::select_gpus(scorer, node, request);
            });
    }

    gang_board(const gpupack::cluster& cluster, const any_policy& policy, const gpupack::gang& gang, request_rule rule)
        : cluster_{cluster}, gang_{gang}, trial_{cluster} {
        merge_parts(rule);
        for (const gpupack::request& each : requests_)
            selectors_.push_back(policy.prepare_chooser(policy::decision{cluster, each, 0}));
    }

    [[nodiscard]] const gpupack::cluster& cluster() const noexcept { return cluster_; }
    [[nodiscard]] const gpupack::gang& gang() const noexcept { return gang_; }
    [[nodiscard]] const std::vector<assignment>& assigned() const noexcept { return assigned_; }
    /// The node as it is with the members assigned so far.
    [[nodiscard]] node_view view(node_id node) const noexcept { return trial_[node]; }
    /// Allows the nodes of a domain alone.
    void keep_within(domain_id domain) noexcept { within_ = domain; }
    /// The nodes that are allowed.
    [[nodiscard]] node_range nodes() const { return cluster_.nodes_in(within_); }
    /// Whether all nodes of a domain are allowed.
    [[nodiscard]] bool allows(domain_id domain) const { return cluster_.domains().common(domain, within_) == within_; }

    /// The number of parts that differ.
    [[nodiscard]] std::size_t parts() const noexcept { return requests_.size(); }
    /// What is placed for a member of the part.
    [[nodiscard]] const gpupack::request& request(std::size_t part) const noexcept { return requests_[part]; }
    /// How many members the part has.
    [[nodiscard]] std::int64_t count(std::size_t part) const noexcept { return counts_[part]; }
    /// The part of the board that a part of the gang belongs to.
    [[nodiscard]] std::size_t part_of(std::size_t gang_part) const noexcept { return part_of_[gang_part]; }

    /// Whether some member asks for GPUs of that node by id, so that it is like no other node, and its GPUs are not alike.
    [[nodiscard]] bool names_gpus_of(node_id node) const noexcept {
        const gpu_set all = gpu_set::first(max_gpus_per_node);
        return std::any_of(requests_.begin(), requests_.end(), [&](const gpupack::request& each) {
            return !each.ids.is_any() && !(each.ids.among(node, all) == each.ids.among(node_id::none(), all));
        });
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
        return std::all_of(members_.begin(), members_.end(),
                           [&](const auto& each) { return each.second == 0 || each.second >= gang_.least_per_node; });
    }

  private:
    void merge_parts(request_rule rule) {
        for (const gang_part& part : gang_.parts) {
            const gpupack::request each = effective_request(rule, part.request);
            const auto same = std::find(requests_.begin(), requests_.end(), each);
            part_of_.push_back(static_cast<std::size_t>(same - requests_.begin()));
            if (same == requests_.end()) {
                requests_.push_back(each);
                counts_.push_back(0);
            }
            counts_[part_of_.back()] += part.count;
        }
    }

    const gpupack::cluster& cluster_;
    const gpupack::gang& gang_;
    domain_id within_{}; // the whole cluster
    node_trial trial_;
    std::vector<gpupack::request> requests_; // [parts]  what is placed
    std::vector<std::int64_t> counts_;       // [parts]
    std::vector<std::size_t> part_of_;       // [parts of the gang]
    std::vector<gpu_chooser> selectors_;     // [parts]
    std::vector<assignment> assigned_;
    std::unordered_map<std::uint32_t, int> members_; // by node
};

} // namespace gpupack::plan::detail
