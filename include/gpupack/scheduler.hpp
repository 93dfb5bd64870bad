// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/fit/why_not.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/whole_gpus.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// What a scheduler thinks of a request, without placing it.
///
/// nodes    of the cluster
/// failed   [fit::reason_count]  how many nodes fail for which reason; failed[none] of them fit
/// options  the best choices, one a node, best first, ties by the lower node
template <class Score> struct explanation {
    std::size_t nodes = 0;
    std::uint32_t failed[fit::reason_count] = {};
    std::vector<ranked_selection<Score>> options;

    /// How many nodes fit.
    [[nodiscard]] std::uint32_t fitting() const noexcept { return failed[static_cast<int>(fit::reason::none)]; }
};

/// The front door: a cluster, a policy and an engine; answers where a request goes, and takes it there.
///
/// One writer: calls that change it must not overlap with any other call.
template <policy::policy Policy, search::engine Engine = search::scan> class scheduler {
  public:
    /// What the policy returns for a node.
    using score_type = decltype(policy::node_score(std::declval<const policy::scorer_of<Policy>&>(),
                                             std::declval<const node_view&>(), std::declval<const request&>()));

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
    /// request    must be valid (is_valid); requests from outside go through checked() first
    /// cost     one search, and one pass over the cluster where nothing fits; no allocation once the shape is known
    /// ties     higher score, then lower node, then lower GPU set
    [[nodiscard]] expected<placement, no_fit> place(const request& request) {
        if (const auto placed = try_place(request)) return *placed;
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, effective(request))};
    }

    /// Places the first of several requests that fits, in order of preference: "one A100, else two T4".
    ///
    /// returns  the index of the request that was placed, and where; or why the first one fits nowhere now
    /// errors   as place(); the alternatives must not be empty
    [[nodiscard]] expected<std::pair<std::size_t, placement>, no_fit>
    place_first_of(const std::vector<request>& alternatives) {
        GPUPACK_EXPECTS(!alternatives.empty(), "one alternative at least");
        for (std::size_t i = 0; i < alternatives.size(); ++i)
            if (const auto placed = try_place(alternatives[i])) return std::pair{i, *placed};
        return unexpected<no_fit>{fit::explain_no_fit(cluster_, effective(alternatives.front()))};
    }

    /// place() without the reasons, for loops that do not read them.
    [[nodiscard]] std::optional<placement> try_place(const request& request) {
        GPUPACK_EXPECTS(is_valid(request), "a valid request");
        const gpupack::request placed_request = effective(request);
        const auto found = searcher_.find(policy_, {cluster_, placed_request, ordinal_++});
        if (!found) return std::nullopt;
        const placement placed = cluster_.take(found->node, found->gpus, placed_request, found->slots,
                                               rounding_overhead(placed_request, request));
        searcher_.changed(cluster_, found->node);
        return placed;
    }

    /// Takes the request to a choice that was made elsewhere, by plan::plan_gang as a rule; it must fit there
    /// (fit::fits_on).
    [[nodiscard]] placement take(const selection& where, const request& request) {
        const gpupack::request placed_request = effective(request);
        GPUPACK_EXPECTS(fit::fits_on(cluster_[where.node], placed_request, where.gpus, where.slots), "a choice that fits");
        const placement placed = cluster_.take(where.node, where.gpus, placed_request, where.slots,
                                               rounding_overhead(placed_request, request));
        searcher_.changed(cluster_, where.node);
        return placed;
    }

    /// Whether the request would be placed if nothing were: wait if so, reject if not. Cost: a test a node kind.
    [[nodiscard]] bool fits_empty(const request& request) const noexcept {
        return fit::fits_empty(cluster_, effective(request));
    }

    /// Gives back exactly what the placement took. A placement that was released before, or that belongs to another
    /// cluster, is a programming error.
    void release(const placement& placed) {
        cluster_.give_back(placed);
        searcher_.changed(cluster_, placed.node);
    }

    /// Decides by another policy of the same type from now on: one with a newer learned_mix, say. What the engine
    /// remembers of the old one is forgotten, so that the next decision of each shape costs a pass over the
    /// cluster.
    void set_policy(Policy by) {
        policy_ = std::move(by);
        searcher_ = engine_.template make_searcher<Policy>(cluster_);
    }

    /// Closes GPUs of a node to new placements (unhealthy, cordoned), or opens them again. What runs there stays.
    void set_closed(node_id node, gpu_set gpus, bool closed) {
        cluster_.set_closed(node, gpus, closed);
        searcher_.changed(cluster_, node);
    }
    /// Closes a node to all new placements, or opens it again. What runs there stays.
    void set_closed(node_id node, bool closed) {
        cluster_.set_closed(node, closed);
        searcher_.changed(cluster_, node);
    }

    /// The best options for a request and the reasons of the nodes that fail, without placing anything.
    ///
    /// cost  a score a node; allocates
    [[nodiscard]] explanation<score_type> explain(const gpupack::request& wanted, std::size_t options = 3) const {
        GPUPACK_EXPECTS(is_valid(wanted), "a valid request");
        const gpupack::request request = effective(wanted);
        const auto scorer = policy::prepare(policy_, policy::decision{cluster_, request, ordinal_});
        explanation<score_type> told;
        told.nodes = cluster_.size();
        for (std::uint32_t i = 0; i < cluster_.size(); ++i) {
            const node_view node = cluster_[node_id{i}];
            const fit::reason why = fit::why_not(node, request);
            ++told.failed[static_cast<int>(why)];
            if (why == fit::reason::none)
                told.options.push_back({{.node = node_id{i}}, policy::node_score(scorer, node, request)});
        }
        std::stable_sort(told.options.begin(), told.options.end(),
                         [](const auto& a, const auto& b) { return b.score < a.score; });
        if (told.options.size() > options) told.options.resize(options);
        for (selection& option : told.options) option = policy::select_gpus(scorer, cluster_[option.node], request);
        return told;
    }

    /// The policy that it decides by.
    [[nodiscard]] const Policy& policy() const noexcept { return policy_; }
    /// What is placed for a request.
    [[nodiscard]] request_rule rule() const noexcept { return rule_; }
    /// The cluster as it is now.
    [[nodiscard]] const gpupack::cluster& cluster() const noexcept { return cluster_; }
    /// Makes room, so that no allocation happens while that many placements are live.
    void reserve(std::size_t placements) { cluster_.reserve(placements); }

  private:
    [[nodiscard]] gpupack::request effective(const request& request) const noexcept {
        return policy::effective_request(policy_, effective_request(rule_, request));
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
