// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/explain_no_fit.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/fits_empty.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace tag {
/// Tag of policy ids.
struct policy {};
} // namespace tag

/// The index of a policy in an any_scheduler.
using policy_id = id<tag::policy, std::uint32_t>;

/// A cluster and several named policies side by side, chosen at run time. Each request is placed by the policy that the
/// caller names, or else by the first; every policy's index hears each change.
///
/// It decides as scheduler does with the same policy, engine and rule. One writer: calls that change it must not overlap
/// with any other call; const calls may overlap with each other.
class any_scheduler {
  public:
    /// @param cluster  what requests are placed on
    /// @param policy   the first policy, by which requests are placed unless the caller names another
    /// @param name     name of that policy
    any_scheduler(gpupack::cluster cluster, any_policy policy, std::string name = "default")
        : cluster_{std::move(cluster)} {
        add_policy(std::move(name), std::move(policy));
    }

    /// A copy shares nothing with the original. What its engines remember starts anew, so that the first decision of each
    /// shape costs a pass over the cluster.
    any_scheduler(const any_scheduler& other) : cluster_{other.cluster_} {
        for (const entry& each : other.entries_)
            entries_.push_back({each.name, each.searcher.policy().make_searcher(cluster_), each.decisions});
    }
    /// Leaves the other without a cluster.
    any_scheduler(any_scheduler&&) = default;
    any_scheduler& operator=(any_scheduler other) noexcept {
        std::swap(cluster_, other.cluster_);
        std::swap(entries_, other.entries_);
        return *this;
    }
    ~any_scheduler() = default;

    /// Adds a policy. Names need not differ; find_policy finds the first.
    policy_id add_policy(std::string name, any_policy policy) {
        entries_.push_back({std::move(name), policy.make_searcher(cluster_), 0});
        return policy_id{static_cast<std::uint32_t>(entries_.size() - 1)};
    }

    /// Decides by another policy in place of that one from now on: one with a newer learned_mix, say. What its engine
    /// remembers is forgotten; its name stays.
    void set_policy(policy_id which, any_policy policy) {
        entry_of(which).searcher = policy.make_searcher(cluster_);
    }
    /// The same for the first policy.
    void set_policy(any_policy policy) { set_policy(policy_id{}, std::move(policy)); }

    /// The policy of that name; nothing where there is none.
    [[nodiscard]] std::optional<policy_id> find_policy(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (entries_[i].name == name) return policy_id{static_cast<std::uint32_t>(i)};
        return std::nullopt;
    }

    /// How many policies there are; their ids count from 0.
    [[nodiscard]] std::size_t policy_count() const noexcept { return entries_.size(); }
    /// The name of a policy.
    [[nodiscard]] const std::string& name(policy_id which) const { return entry_of(which).name; }
    /// A policy with its engine.
    [[nodiscard]] const any_policy& policy(policy_id which = {}) const { return entry_of(which).searcher.policy(); }
    /// What a policy places for a request.
    [[nodiscard]] request_rule rule(policy_id which = {}) const { return policy(which).rule(); }

    /// Places the request on the best choice of the policy, or says why it fits nowhere now.
    ///
    /// @param request  must be valid (is_valid); requests from outside go through checked() first
    /// @param which    the policy
    /// @return         the placement, or the reasons
    /// Ties: higher score, then lower node, then lower GPU set. Cost: one search, and a pass over the cluster where
    /// nothing fits; no allocation once the shape is known.
    [[nodiscard]] expected<placement, no_fit> place(const request& request, policy_id which = {}) {
        if (const auto placed = try_place(request, which)) return *placed;
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, effective_request(rule(which), request))};
    }

    /// place() without the reasons, for loops that do not read them.
    [[nodiscard]] std::optional<placement> try_place(const request& request, policy_id which = {}) {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        entry& deciding = entry_of(which);
        const gpupack::request placed_request = effective_request(deciding.searcher.policy().rule(), request);
        const auto found = deciding.searcher.find({cluster_, placed_request, deciding.decisions++});
        if (!found) return std::nullopt;
        return commit(*found, placed_request, request);
    }

    /// What place() would choose, without placing anything. Other const calls may run at the same time, so it looks at
    /// every node whatever the engine.
    [[nodiscard]] expected<selection, no_fit> choose(const request& request, policy_id which = {}) const {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        const gpupack::request placed_request = effective_request(rule(which), request);
        if (const auto found = policy(which).scan({cluster_, placed_request, entry_of(which).decisions})) return *found;
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, placed_request)};
    }

    /// Takes the request to a choice that was made elsewhere, by choose() or plan::plan_gang; it must fit there
    /// (fit::fits_on).
    [[nodiscard]] placement take(const selection& selection, const request& request, policy_id which = {}) {
        const gpupack::request placed_request = effective_request(rule(which), request);
        GPUPACK_EXPECTS(fit::fits_on(cluster_[selection.node], placed_request, selection.gpus, selection.slots),
                        "a choice that fits");
        return commit(selection, placed_request, request);
    }

    /// Whether the request would be placed if nothing were: wait if so, reject if not. Cost: a test a node type.
    [[nodiscard]] bool fits_empty(const request& request, policy_id which = {}) const noexcept {
        return fit::fits_empty(cluster_, effective_request(rule(which), request));
    }

    /// Gives back exactly what the placement took, whichever policy placed it. A placement that was released before, or
    /// that belongs to another cluster, is a programming error.
    void release(const placement& placement) {
        cluster_.give_back(placement);
        changed(placement.node);
    }

    /// Closes GPUs of a node to new placements (unhealthy, cordoned), or opens them again. What runs there stays.
    void set_closed(node_id node, gpu_set gpus, bool closed) {
        cluster_.set_closed(node, gpus, closed);
        changed(node);
    }
    /// Closes a node to all new placements, or opens it again. What runs there stays.
    void set_closed(node_id node, bool closed) {
        cluster_.set_closed(node, closed);
        changed(node);
    }

    /// The best options for a request and the reasons of the nodes that fail, without placing anything. Cost: a score a
    /// node; allocates.
    [[nodiscard]] explanation<any_score> explain(const request& request, std::size_t options = 3,
                                                 policy_id which = {}) const {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        const gpupack::request placed_request = effective_request(rule(which), request);
        return policy(which).explain({cluster_, placed_request, entry_of(which).decisions}, options);
    }

    /// The cluster as it is now.
    [[nodiscard]] const gpupack::cluster& cluster() const noexcept { return cluster_; }
    /// Reserves memory, so that no allocation happens while that many placements are live.
    void reserve(std::size_t placements) { cluster_.reserve(placements); }

  private:
    struct entry {
        std::string name;
        any_searcher searcher;
        std::uint64_t decisions = 0; // by this policy; random policies draw by it
    };

    [[nodiscard]] const entry& entry_of(policy_id which) const {
        GPUPACK_EXPECTS(which.number() < entries_.size(), "a policy of this scheduler");
        return entries_[which.number()];
    }
    [[nodiscard]] entry& entry_of(policy_id which) {
        GPUPACK_EXPECTS(which.number() < entries_.size(), "a policy of this scheduler");
        return entries_[which.number()];
    }

    [[nodiscard]] placement commit(const selection& selection, const gpupack::request& placed_request,
                                   const gpupack::request& request) {
        const placement placed = cluster_.take(selection.node, selection.gpus, placed_request, selection.slots,
                                               rounding_overhead(placed_request, request));
        changed(selection.node);
        return placed;
    }

    void changed(node_id node) {
        for (entry& each : entries_) each.searcher.changed(cluster_, node);
    }

    gpupack::cluster cluster_;
    std::vector<entry> entries_;
};

} // namespace gpupack
