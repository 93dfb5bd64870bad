// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
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
#include <gpupack/state/placement.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
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
