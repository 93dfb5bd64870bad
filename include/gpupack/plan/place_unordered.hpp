// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/plan/batch_order.hpp>
#include <gpupack/plan/batch_total.hpp>
#include <gpupack/plan/place_batch.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// A batch in the order that does most for the goal.
struct unordered_batch {
    std::vector<selection> choices;            ///< [requests] In the order in which the requests were given.
    batch_order order = batch_order::as_given; ///< The order that they were placed in.
    std::vector<std::uint32_t> sequence; ///< [requests] The requests by number, in the order that they were placed in.
    batch_total as_given;                ///< What is placed in the order given.
    batch_total total;                   ///< What the choices place: as much of the goal or more.
};

/// Keeps the best of the orders of a batch; ties to the one that was tried first.
///
/// The caller places the batch in each order, on the host or on a GPU:
/// `for (order : batch_orders) search.offer(order, choices of search.sorted(order))`.
class order_search {
  public:
    /// @param cluster   what is placed on; must outlive the search
    /// @param requests  the batch as given; must outlive the search
    /// @param goal      what the orders are compared by
    order_search(const cluster& cluster, const std::vector<request>& requests, batch_goal goal) noexcept
        : cluster_{cluster}, requests_{requests}, goal_{goal} {}

    /// The requests in an order, to be placed next.
    [[nodiscard]] const std::vector<request>& sorted(batch_order order) {
        indices_ = indices_in(order, cluster_, requests_);
        sorted_.clear();
        for (const std::uint32_t index : indices_) sorted_.push_back(requests_[index]);
        return sorted_;
    }

    /// Keeps the choices for the requests that were sorted last, if they are the best so far.
    ///
    /// @param order    the order that they were sorted by; as_given comes first
    /// @param choices  [requests] in that order
    void offer(batch_order order, const std::vector<selection>& choices) {
        const batch_total total = total_of(sorted_, choices);
        if (order == batch_order::as_given) best_.as_given = total;
        if (order != batch_order::as_given && !total.beats(best_.total, goal_)) return;
        best_.choices.resize(requests_.size());
        for (std::size_t i = 0; i < indices_.size(); ++i) best_.choices[indices_[i]] = choices[i];
        best_.order = order;
        best_.sequence = indices_;
        best_.total = total;
    }

    /// The best batch that was offered.
    [[nodiscard]] const unordered_batch& best() const noexcept { return best_; }

  private:
    const cluster& cluster_;
    const std::vector<request>& requests_;
    batch_goal goal_;
    std::vector<std::uint32_t> indices_; // of the requests as sorted last
    std::vector<request> sorted_;
    unordered_batch best_;
};

/// Chooses where the requests of a batch go, in the order that does most for the goal; never less than place_batch().
///
/// Cost: place_batch() for each order.
///
/// @param cluster   stays as it is: commit_batch() takes what was chosen, in the order in which it was
/// @param policy    which choice is the best
/// @param requests  valid
/// @param goal      what the orders are compared by
/// @param rule      what is placed for a request
/// @param engine    how the best choice is found
template <policy::policy Policy, search::engine Engine = search::indexed>
[[nodiscard]] unordered_batch place_unordered(const cluster& cluster, const Policy& policy,
                                              const std::vector<request>& requests,
                                              batch_goal goal = batch_goal::compute,
                                              request_rule rule = request_rule::as_requested, Engine engine = {}) {
    order_search search{cluster, requests, goal};
    for (const batch_order order : batch_orders)
        search.offer(order, place_batch(cluster, policy, search.sorted(order), rule, engine));
    return search.best();
}

/// Takes what was chosen for a batch in any order, in the order in which it was chosen: how a split slice is divided, and
/// whether a system's rule of sharing admits a task, depends on what came before.
///
/// @param cluster   in the state for which the choices were made
/// @param requests  the batch as given
/// @param batch     what place_unordered() made of it
/// @param rule      the rule that the choices were made with
/// @return          [requests] the placements, each to be given back on its own
[[nodiscard]] inline std::vector<std::optional<placement>>
commit_batch(cluster& cluster, const std::vector<request>& requests, const unordered_batch& batch,
             request_rule rule = request_rule::as_requested) {
    GPUPACK_EXPECTS(requests.size() == batch.choices.size(), "a choice for each request");
    std::vector<request> sorted;
    std::vector<selection> choices;
    for (const std::uint32_t index : batch.sequence) {
        sorted.push_back(requests[index]);
        choices.push_back(batch.choices[index]);
    }
    auto placed = commit_batch(cluster, sorted, choices, rule);
    std::vector<std::optional<placement>> as_given(requests.size());
    for (std::size_t i = 0; i < placed.size(); ++i) as_given[batch.sequence[i]] = placed[i];
    return as_given;
}

} // namespace gpupack::plan
