// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/fit/explain_no_fit.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/fits_empty.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_change.hpp>
#include <gpupack/state/hold_book.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/refusal.hpp>
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
    any_scheduler(const any_scheduler& other) : cluster_{other.cluster_}, holds_{other.holds_} {
        for (const entry& each : other.entries_)
            entries_.push_back({each.name, each.searcher.policy().make_searcher(cluster_), each.decisions});
    }
    /// Leaves the other without a cluster.
    any_scheduler(any_scheduler&&) = default;
    any_scheduler& operator=(any_scheduler other) noexcept {
        std::swap(cluster_, other.cluster_);
        std::swap(entries_, other.entries_);
        std::swap(holds_, other.holds_);
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
    void set_policy(policy_id which, any_policy policy) { entry_of(which).searcher = policy.make_searcher(cluster_); }
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

    /// A dry run: what place() would choose, without placing anything. Other const calls may run at the same time.
    ///
    /// Cost: that of the engine's dry run; for search::indexed, a score a node changed since the shape was last placed or
    /// given to learn(), and a scan where that has not happened. Neither it nor the reasons allocate.
    [[nodiscard]] expected<selection, no_fit> choose(const request& request, policy_id which = {}) const {
        if (const auto found = try_choose(request, which)) return *found;
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, effective_request(rule(which), request))};
    }
    /// choose() without the reasons.
    [[nodiscard]] std::optional<selection> try_choose(const request& request, policy_id which = {}) const {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        const entry& deciding = entry_of(which);
        const gpupack::request placed_request = effective_request(deciding.searcher.policy().rule(), request);
        return deciding.searcher.dry_run({cluster_, placed_request, deciding.decisions});
    }

    /// Lets the engine of a policy learn the shape of a request, or what has changed since it did: dry runs of the shape are
    /// fast from then on. No decision depends on it, and it places nothing.
    void learn(const request& request, policy_id which = {}) {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        entry& learning = entry_of(which);
        const gpupack::request placed_request = effective_request(learning.searcher.policy().rule(), request);
        (void)learning.searcher.find({cluster_, placed_request, learning.decisions});
    }

    /// What a choice would hold, if it were taken now: see gpupack::resources_for.
    [[nodiscard]] placed_resources resources_for(const selection& selection, const request& request,
                                                 policy_id which = {}) const {
        const gpupack::request placed_request = effective_request(rule(which), request);
        return gpupack::resources_for(cluster_, selection, placed_request, rounding_overhead(placed_request, request));
    }

    /// Takes the request to a choice that was made elsewhere, by choose() or plan::plan_gang; it must fit there
    /// (fit::fits_on).
    [[nodiscard]] placement take(const selection& selection, const request& request, policy_id which = {}) {
        const gpupack::request placed_request = effective_request(rule(which), request);
        GPUPACK_EXPECTS(fit::fits_on(cluster_[selection.node], placed_request, selection.gpus, selection.slots),
                        "a choice that fits");
        return commit(selection, placed_request, request);
    }

    /// take() for choices from outside, made on a snapshot or by choose(): it is taken only if the node is as it was.
    ///
    /// @param selection  where
    /// @param request    any request
    /// @param seen       cluster::version() of the state in which the choice was made
    /// @param which      the policy whose request rule counts
    /// @return           the placement; or changed, where the node has changed since; or why it does not fit there
    [[nodiscard]] expected<placement, refusal> take_if_unchanged(const selection& selection, const request& request,
                                                                 std::uint64_t seen, policy_id which = {}) {
        if (!is_valid(request)) return unexpected<refusal>{refusal::invalid};
        if (!cluster_.contains(selection.node)) return unexpected<refusal>{refusal::no_such_node};
        if (cluster_.version_of(selection.node) > seen) return unexpected<refusal>{refusal::changed};
        return try_take(selection, request, which);
    }

    /// take() for choices from outside.
    ///
    /// @param selection  where
    /// @param request    any request
    /// @param which      the policy whose request rule counts
    /// @return           the placement, or why it does not fit there
    [[nodiscard]] expected<placement, refusal> try_take(const selection& selection, const request& request,
                                                        policy_id which = {}) {
        if (!is_valid(request)) return unexpected<refusal>{refusal::invalid};
        const gpupack::request placed_request = effective_request(rule(which), request);
        auto placed = cluster_.try_take(selection.node, selection.gpus, placed_request, selection.slots,
                                        rounding_overhead(placed_request, request));
        if (placed) changed(selection.node);
        return placed;
    }

    /// Places the request and holds it until a time: commit() makes it stay, abort() and expire() give it back.
    ///
    /// @param request  must be valid
    /// @param expiry   a time of the caller's choice
    /// @param which    the policy
    /// @return         the token of the hold and its placement, or the reasons why it fits nowhere now
    [[nodiscard]] expected<std::pair<hold_token, placement>, no_fit> hold(const request& request, std::int64_t expiry,
                                                                          policy_id which = {}) {
        const auto placed = place(request, which);
        if (!placed) return unexpected<no_fit>{placed.error()};
        return std::pair{holds_.add(*placed, expiry), *placed};
    }
    /// Makes what is held stay. A second time changes nothing.
    ///
    /// @param token  of a hold
    /// @return       the placement, or why not: see hold_book::commit
    expected<placement, refusal> commit(hold_token token) { return holds_.commit(token); }
    /// Gives a hold up. A second time changes nothing.
    ///
    /// @param token  of a hold
    /// @return       none, or why not: see hold_book::abort
    refusal abort(hold_token token) {
        const auto given_up = holds_.abort(token);
        if (!given_up) return given_up.error();
        if (*given_up) (void)try_release(**given_up);
        return refusal::none;
    }
    /// Gives up the holds whose time has come.
    ///
    /// @param now  a time
    /// @return     the placements that were released
    std::vector<placement> expire(std::int64_t now) {
        std::vector<placement> late = holds_.expire(now);
        for (const placement& each : late) (void)try_release(each);
        return late;
    }
    /// The holds that are open.
    [[nodiscard]] const hold_book& holds() const noexcept { return holds_; }

    /// Whether the request would be placed if nothing were: wait if so, reject if not. Cost: a test a node type.
    [[nodiscard]] bool fits_empty(const request& request, policy_id which = {}) const noexcept {
        return fit::fits_empty(cluster_, effective_request(rule(which), request));
    }

    /// Releases exactly what the placement took, whichever policy placed it.
    ///
    /// @param placement  live in this cluster; one that was released before is a programming error
    void release(const placement& placement) {
        cluster_.give_back(placement);
        holds_.forget(placement);
        changed(placement.node);
    }
    /// release() for receipts from outside.
    ///
    /// @param placement  any
    /// @return           none, or not_live
    refusal try_release(const placement& placement) {
        const refusal why = cluster_.try_give_back(placement);
        if (why != refusal::none) return why;
        holds_.forget(placement);
        changed(placement.node);
        return why;
    }

    /// Puts a placement back exactly as it was: see cluster::restore.
    ///
    /// @param held   what it holds; no request rule is applied
    /// @param force  whether closed and over-committed nodes take it, too
    /// @return       the receipt, or why it cannot be
    expected<placement, refusal> restore(const placed_resources& held, bool force = false) {
        auto restored = cluster_.restore(held, force);
        if (restored) changed(held.node);
        return restored;
    }

    /// Says that a placement was told to leave, or stays after all. It holds what it has until it is released.
    ///
    /// @param placement  any
    /// @param leaving    whether it leaves
    /// @return           none, or not_live
    refusal set_leaving(const placement& placement, bool leaving = true) {
        return cluster_.set_leaving(placement, leaving);
    }

    /// Adds a node: see gpupack::add_node. Needs state/live_nodes.hpp.
    ///
    /// @param name     a name that no other node has; empty: none
    /// @param spec     a node_spec
    /// @param gpu_ids  [GPUs of the node] how its owner knows each of them, or empty
    /// @param domain   the narrowest domain that it stands in; empty: none but the cluster
    /// @return         the id of the node, or what is wrong
    template <class Spec = node_spec>
    [[nodiscard]] expected<node_id, input_error> add_node(const std::string& name, const Spec& spec,
                                                          const std::vector<std::string>& gpu_ids = {},
                                                          std::string_view domain = {}) {
        auto added = cluster_.add_node(name, spec, gpu_ids, domain);
        if (added) changed(*added);
        return added;
    }
    /// Changes what a node has: see gpupack::change_node. Needs state/live_nodes.hpp.
    ///
    /// @param node     a node of the cluster
    /// @param spec     a node_spec
    /// @param gpu_ids  [GPUs of the node] their ids now; nothing: as before
    /// @return         nothing, or what is wrong
    template <class Spec = node_spec> [[nodiscard]] std::optional<input_error>
    change_node(node_id node, const Spec& spec, const std::optional<std::vector<std::string>>& gpu_ids = std::nullopt) {
        auto wrong = cluster_.change_node(node, spec, gpu_ids);
        if (!wrong) changed(node);
        return wrong;
    }
    /// Takes a node out of the cluster; its placements are released. Its id names nothing from now on.
    ///
    /// @param node  a node of the cluster
    /// @return      the placements that ran there, oldest first
    std::vector<placement> remove_node(node_id node) {
        std::vector<placement> ended = cluster_.remove_node(node);
        for (const placement& each : ended) holds_.forget(each);
        changed(cluster_.id_at(node.number()));
        return ended;
    }
    /// Closes a node and tells all that runs there to leave.
    ///
    /// @param node  a node of the cluster
    /// @return      the placements there, oldest first
    std::vector<placement> drain(node_id node) {
        std::vector<placement> there = cluster_.drain(node);
        changed(node);
        return there;
    }
    /// Who hears each change of the cluster from now on.
    ///
    /// @param observer  called after each change; must not change the cluster
    void observe(cluster_observer observer) { cluster_.observe(std::move(observer)); }

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
    hold_book holds_;
};

} // namespace gpupack
