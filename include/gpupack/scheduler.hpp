// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/fit/explain_no_fit.hpp>
#include <gpupack/fit/fits_empty.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/explain.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_change.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/refusal.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// A cluster with a policy, an engine and a request rule: decides where requests go, and places them there.
///
/// One writer: calls that change it must not overlap with any other call.
///
/// @tparam Policy  which choice is the best
/// @tparam Engine  how the best choice is found; all engines find the same one
template <policy::policy Policy, search::engine Engine = search::scan> class scheduler {
  public:
    /// What the policy returns for a node.
    using score_type = search::key_of<policy::scorer_of<Policy>>;

    /// @param cluster  what requests are placed on
    /// @param policy   which choice is the best
    /// @param engine   how the best choice is found
    /// @param rule     what is placed for a request
    explicit scheduler(gpupack::cluster cluster, Policy policy, Engine engine = {},
                       request_rule rule = request_rule::as_requested)
        : cluster_{std::move(cluster)}, policy_{std::move(policy)}, engine_{engine}, rule_{rule},
          searcher_{engine_.template make_searcher<Policy>(cluster_)} {}

    /// Places the request on the best choice of the policy, or says why it fits nowhere now.
    ///
    /// Ties go to the lower node, then to the lower GPU set. Cost: one search, and one pass over the cluster where
    /// nothing fits; no allocation once the request class is known.
    ///
    /// @param request  a valid request (is_valid); requests from outside go through checked() first
    /// @return         the placement, or the reasons
    [[nodiscard]] expected<placement, no_fit> place(const request& request) {
        if (const auto placed = try_place(request)) return *placed;
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, effective(request))};
    }

    /// Places the first of several requests that fits, in order of preference: "one A100, else two T4".
    ///
    /// @param alternatives  valid requests, one at least
    /// @return              the index of the request that was placed, and where; or why the first fits nowhere now
    [[nodiscard]] expected<std::pair<std::size_t, placement>, no_fit>
    place_first_of(const std::vector<request>& alternatives) {
        GPUPACK_EXPECTS(!alternatives.empty(), "one alternative at least");
        for (std::size_t i = 0; i < alternatives.size(); ++i)
            if (const auto placed = try_place(alternatives[i])) return std::pair{i, *placed};
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, effective(alternatives.front()))};
    }

    /// place() without the reasons, for loops that do not read them.
    ///
    /// @param request  a valid request
    /// @return         the placement, if the request fits
    [[nodiscard]] std::optional<placement> try_place(const request& request) {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        const gpupack::request effective_request = effective(request);
        const std::optional<selection> found = searcher_.find(policy_, {cluster_, effective_request, ordinal_++});
        if (!found) return std::nullopt;
        return book(*found, effective_request, request);
    }

    /// A dry run: what place() would choose, without placing anything. Other const calls may run at the same time.
    ///
    /// Cost: that of the engine's dry run; for search::indexed, a score a node changed since the request class was last
    /// placed, and a scan where it never was. No allocation.
    ///
    /// @param request  a valid request
    /// @return         the choice, or the reasons
    [[nodiscard]] expected<selection, no_fit> choose(const request& request) const {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        const gpupack::request effective_request = effective(request);
        if (const auto found = search::dry_run(searcher_, policy_, {cluster_, effective_request, ordinal_}))
            return *found;
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, effective_request)};
    }

    /// Places the request where somebody else chose, plan::plan_gang as a rule.
    ///
    /// @param selection  where it fits (fit::fits_on)
    /// @param request    a valid request
    [[nodiscard]] placement take(const selection& selection, const request& request) {
        const gpupack::request effective_request = effective(request);
        GPUPACK_EXPECTS(fit::fits_on(cluster_[selection.node], effective_request, selection.gpus, selection.slots),
                        "a choice that fits");
        return book(selection, effective_request, request);
    }

    /// Whether the request would be placed if nothing else were: wait if so, reject if not. Cost: a test a node type.
    ///
    /// @param request  a valid request
    [[nodiscard]] bool fits_empty(const request& request) const noexcept {
        return fit::fits_empty(cluster_, effective(request));
    }

    /// Releases exactly what the placement took.
    ///
    /// @param placement  live in this cluster; one that was released before is a programming error
    void release(const placement& placement) {
        cluster_.give_back(placement);
        searcher_.changed(cluster_, placement.node);
    }
    /// release() for receipts from outside.
    ///
    /// @param placement  any
    /// @return           none, or not_live
    refusal try_release(const placement& placement) {
        const refusal why = cluster_.try_give_back(placement);
        if (why == refusal::none) searcher_.changed(cluster_, placement.node);
        return why;
    }

    /// Puts a placement back exactly as it was: see cluster::restore.
    ///
    /// @param held   what it holds; no request rule is applied
    /// @param force  whether closed and over-committed nodes take it, too
    /// @return       the receipt, or why it cannot be
    expected<placement, refusal> restore(const placed_resources& held, bool force = false) {
        auto restored = cluster_.restore(held, force);
        if (restored) searcher_.changed(cluster_, held.node);
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
        if (added) searcher_.changed(cluster_, *added);
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
        if (!wrong) searcher_.changed(cluster_, node);
        return wrong;
    }
    /// Takes a node out of the cluster; its placements are released. Its id names nothing from now on.
    ///
    /// @param node  a node of the cluster
    /// @return      the placements that ran there, oldest first
    std::vector<placement> remove_node(node_id node) {
        std::vector<placement> ended = cluster_.remove_node(node);
        searcher_.changed(cluster_, cluster_.id_at(node.number()));
        return ended;
    }
    /// Closes a node and tells all that runs there to leave.
    ///
    /// @param node  a node of the cluster
    /// @return      the placements there, oldest first
    std::vector<placement> drain(node_id node) {
        std::vector<placement> there = cluster_.drain(node);
        searcher_.changed(cluster_, node);
        return there;
    }
    /// Who hears each change of the cluster from now on.
    ///
    /// @param observer  called after each change; must not change the cluster
    void observe(cluster_observer observer) { cluster_.observe(std::move(observer)); }

    /// Replaces the policy by another of the same type, one with a newer workload::learned_mix for instance.
    ///
    /// What the engine remembers of the old policy is forgotten, so the next decision of each request class costs a
    /// pass over the cluster.
    ///
    /// @param policy  decides from now on
    void set_policy(Policy policy) {
        policy_ = std::move(policy);
        searcher_ = engine_.template make_searcher<Policy>(cluster_);
    }

    /// Closes GPUs of a node to new placements (unhealthy, cordoned), or opens them again. What runs there stays.
    ///
    /// @param node    a node of the cluster
    /// @param gpus    GPUs of the node
    /// @param closed  whether to close them
    void set_closed(node_id node, gpu_set gpus, bool closed) {
        cluster_.set_closed(node, gpus, closed);
        searcher_.changed(cluster_, node);
    }
    /// Closes a node to all new placements, or opens it again. What runs there stays.
    ///
    /// @param node    a node of the cluster
    /// @param closed  whether to close it
    void set_closed(node_id node, bool closed) {
        cluster_.set_closed(node, closed);
        searcher_.changed(cluster_, node);
    }

    /// The best options for a request and the reasons of the nodes that fail. Cost: a score a node; allocates.
    ///
    /// @param request  a valid request
    /// @param options  how many options at most
    [[nodiscard]] explanation<score_type> explain(const request& request, std::size_t options = 3) const {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        const gpupack::request effective_request = effective(request);
        return search::explain(policy_, policy::decision{cluster_, effective_request, ordinal_}, options);
    }

    /// The policy that it decides by.
    [[nodiscard]] const Policy& policy() const noexcept { return policy_; }
    /// What is placed for a request.
    [[nodiscard]] request_rule rule() const noexcept { return rule_; }
    /// The cluster as it is now.
    [[nodiscard]] const gpupack::cluster& cluster() const noexcept { return cluster_; }
    /// Allocates memory for placements in advance.
    ///
    /// @param placements  how many may be live before anything is allocated again
    void reserve(std::size_t placements) { cluster_.reserve(placements); }

  private:
    [[nodiscard]] gpupack::request effective(const request& request) const noexcept {
        return gpupack::effective_request(rule_, request);
    }

    placement book(const selection& selection, const request& effective_request, const request& request) {
        const placement placed = cluster_.take(selection.node, selection.gpus, effective_request, selection.slots,
                                               rounding_overhead(effective_request, request));
        searcher_.changed(cluster_, selection.node);
        return placed;
    }

    gpupack::cluster cluster_;
    Policy policy_;
    Engine engine_;
    request_rule rule_;
    decltype(std::declval<const Engine&>().template make_searcher<Policy>(
        std::declval<const gpupack::cluster&>())) searcher_;
    std::uint64_t ordinal_ = 0;
};

} // namespace gpupack
