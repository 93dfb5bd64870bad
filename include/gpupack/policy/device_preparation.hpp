// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/value_span.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

// How the decisions of a batch are prepared on a GPU, where no host is at hand between them.
//
// A device preparation owns on the host what its view points to. It is constructed from (policy, cluster, requests), the
// distinct requests of the batch. `view(place)` is a flat value for kernels; place(vector) is where the elements of a vector
// are read and written: data() on the host, or a copy on the GPU. A view has
// - `scorer_type`,
// - `prepare(scorer, nth, ordinal, span)`, which makes the scorer of one decision for the nth request,
// - optionally `measure(node, request, nth, value)`: prepare is told the span of the values of all nodes that count.
// A policy that keeps scores, that is prepared by the number of the decision, or that measures nodes has one. Others look
// at the whole cluster: they are prepared on the host, between the decisions of a batch. A policy that is made of several
// names its own: a member type `device_preparation`.

/// Of policies that keep their scores: a scorer for each request, prepared on the host.
template <class Policy> class kept_preparation {
  public:
    /// For kernels.
    struct view_type {
        /// The scorer that kernels call.
        using scorer_type = scorer_of<Policy>;

        const scorer_type* scorers = nullptr; ///< [requests]

        /// The scorer of one decision.
        GPUPACK_HD constexpr void prepare(scorer_type& scorer, std::uint32_t nth, std::uint64_t,
                                          const value_span&) const noexcept {
            scorer = scorers[nth];
        }
    };

    /// Prepares one scorer for each request.
    kept_preparation(const Policy& policy, const cluster& cluster, const std::vector<request>& requests) {
        scorers_.reserve(requests.size());
        for (const request& each : requests) scorers_.push_back(policy::prepare(policy, decision{cluster, each, 0}));
    }
    /// What a kernel gets of it, by value.
    template <class Place> [[nodiscard]] view_type view(Place&& place) { return {place(scorers_)}; }

  private:
    std::vector<scorer_of<Policy>> scorers_; // [requests]
};

/// Of policies that need no more than the number of the decision.
template <class Policy> class ordinal_preparation {
  public:
    /// For kernels.
    struct view_type {
        /// The scorer that kernels call.
        using scorer_type = scorer_of<Policy>;

        Policy policy{}; ///< The policy.

        /// The scorer of one decision.
        GPUPACK_HD constexpr void prepare(scorer_type& scorer, std::uint32_t, std::uint64_t ordinal,
                                          const value_span&) const noexcept {
            scorer = policy.scorer_at(ordinal);
        }
    };

    /// Needs nothing beforehand.
    ordinal_preparation(const Policy& policy, const cluster&, const std::vector<request>&) : policy_{policy} {}
    /// What a kernel gets of it, by value.
    template <class Place> [[nodiscard]] view_type view(Place&&) const { return {policy_}; }

  private:
    Policy policy_;
};

/// Of policies that measure the nodes.
template <measuring Policy> class measuring_preparation {
    using measurer_type = decltype(std::declval<const Policy&>().measurer(std::declval<const decision&>()));

  public:
    /// For kernels.
    struct view_type {
        /// The scorer that kernels call.
        using scorer_type = decltype(std::declval<const measurer_type&>().scorer_over(value_span{}));

        const measurer_type* measurers = nullptr; ///< [requests]

        /// Measures a node for a request; see device_preparation.
        GPUPACK_HD constexpr bool measure(const node_view& node, const request& request, std::uint32_t nth,
                                          score& value) const noexcept {
            return measurers[nth].measure(node, request, value);
        }
        /// The scorer of one decision.
        GPUPACK_HD constexpr void prepare(scorer_type& scorer, std::uint32_t nth, std::uint64_t,
                                          const value_span& span) const noexcept {
            scorer = measurers[nth].scorer_over(span);
        }
    };

    /// Measures nodes for each request.
    measuring_preparation(const Policy& policy, const cluster& cluster, const std::vector<request>& requests) {
        for (const request& each : requests) measurers_.push_back(policy.measurer(decision{cluster, each, 0}));
    }
    /// What a kernel gets of it, by value.
    template <class Place> [[nodiscard]] view_type view(Place&& place) { return {place(measurers_)}; }

  private:
    std::vector<measurer_type> measurers_; // [requests]
};

namespace detail {

/// Stands for no preparation.
struct no_preparation {};

template <class Policy> [[nodiscard]] consteval auto choose_device_preparation() {
    if constexpr (policy_traits<Policy>::properties.scope == reads::node)
        return std::type_identity<kept_preparation<Policy>>{};
    else if constexpr (policy_traits<Policy>::is_prepared_by_ordinal)
        return std::type_identity<ordinal_preparation<Policy>>{};
    else if constexpr (measuring<Policy>)
        return std::type_identity<measuring_preparation<Policy>>{};
    else if constexpr (requires { typename Policy::device_preparation; })
        return std::type_identity<typename Policy::device_preparation>{};
    else
        return std::type_identity<no_preparation>{};
}

} // namespace detail

/// How the decisions of a policy are prepared on a GPU.
template <class Policy> using device_preparation_of =
    typename decltype(detail::choose_device_preparation<Policy>())::type;

/// A policy whose decisions can be prepared on a GPU.
template <class Policy>
concept device_preparable = policy<Policy> && !std::is_same_v<device_preparation_of<Policy>, detail::no_preparation>;

/// Whether a view must see a value of every node that counts before it can make a scorer.
template <class View>
concept measuring_view = requires(const View& view, const node_view& node, const request& request, score& value) {
    view.measure(node, request, std::uint32_t{}, value);
};

} // namespace gpupack::policy
