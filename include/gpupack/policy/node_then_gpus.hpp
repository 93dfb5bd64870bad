// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/allocation_on_type.hpp>
#include <gpupack/policy/combined_traits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/device_preparation.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

/// How both parts are prepared on a GPU; only the node's part may measure nodes.
template <class Node, class Gpus> class node_then_gpus_preparation;

/// One policy for the node and another for the GPUs on the node that won.
///
/// Each part visits candidates for itself, so both may have candidates of their own.
template <class Node, class Gpus> struct node_then_gpus_policy {
    Node node; ///< Ranks the nodes.
    Gpus gpus; ///< Chooses GPUs on the best node.

    /// What it has of its parts.
    using combined = combined_traits<Node, Gpus>;
    static constexpr policy_properties properties = combined::properties; ///< What engines must know about it.

    /// Calls visit(pointer, count) for each table behind it.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        combined::for_each_table(visit, node, gpus);
    }

    /// The facts about the cluster that the scores depend on.
    [[nodiscard]] GPUPACK_HD constexpr auto cluster_flags() const noexcept requires(combined::has_cluster_flags) {
        return combined::cluster_flags(node, gpus);
    }
    /// Whether the scores of a node may differ where these facts changed.
    template <class Flags>
    requires(combined::has_cluster_flags) [[nodiscard]] GPUPACK_HD
        constexpr bool affected_by(const Flags& changed, const node_view& view) const noexcept {
        return combined::affected_by(changed, view, node, gpus);
    }

    /// The scorer of one decision.
    [[nodiscard]] constexpr auto prepare(const decision& decision) const requires(combined::is_prepared) {
        auto node_scorer = policy::prepare(node, decision);
        auto gpu_scorer = policy::prepare(gpus, decision);
        return node_then_gpus_policy<decltype(node_scorer), decltype(gpu_scorer)>{node_scorer, gpu_scorer};
    }
    /// The scorer of the decision of that number.
    [[nodiscard]] GPUPACK_HD constexpr auto scorer_at(std::uint64_t ordinal) const noexcept
        requires(combined::is_prepared_by_ordinal) {
        auto node_scorer = part_at(node, ordinal);
        auto gpu_scorer = part_at(gpus, ordinal);
        return node_then_gpus_policy<decltype(node_scorer), decltype(gpu_scorer)>{node_scorer, gpu_scorer};
    }

    /// Whether on_type() gives the same scores on nodes of that type.
    [[nodiscard]] constexpr bool is_exact_on(const node_type& type) const noexcept requires scores_by_sums<Node> {
        return node.is_exact_on(type);
    }
    /// The same for the nodes of one type: see scores_by_sums.
    [[nodiscard]] GPUPACK_HD constexpr auto
    on_type(const node_type& type, const request& request) const noexcept requires scores_by_sums<Node> {
        return node.on_type(type, request);
    }

    /// How a GPU prepares its scorers.
    using device_preparation =
        std::conditional_t<device_preparable<Node> && device_preparable<Gpus> && !measuring<Gpus>,
                           node_then_gpus_preparation<Node, Gpus>, detail::no_preparation>;

    friend bool operator==(const node_then_gpus_policy&, const node_then_gpus_policy&) = default;
};

template <class Node, class Gpus> class node_then_gpus_preparation {
    using node_view_type = typename device_preparation_of<Node>::view_type;
    using gpus_view_type = typename device_preparation_of<Gpus>::view_type;

  public:
    /// For kernels.
    struct view_type {
        /// The scorer that kernels call.
        using scorer_type =
            node_then_gpus_policy<typename node_view_type::scorer_type, typename gpus_view_type::scorer_type>;

        node_view_type node{}; ///< Of the part that chooses nodes.
        gpus_view_type gpus{}; ///< Of the part that chooses GPUs.

        /// Measures a node for a request; see device_preparation.
        GPUPACK_HD constexpr bool measure(const node_view& view, const request& request, std::uint32_t nth,
                                          score& value) const noexcept requires measuring_view<node_view_type> {
            return node.measure(view, request, nth, value);
        }
        /// The scorer of one decision.
        GPUPACK_HD constexpr void prepare(scorer_type& scorer, std::uint32_t nth, std::uint64_t ordinal,
                                          const value_span& span) const noexcept {
            node.prepare(scorer.node, nth, ordinal, span);
            gpus.prepare(scorer.gpus, nth, ordinal, span);
        }
    };

    /// Prepares both parts.
    node_then_gpus_preparation(const node_then_gpus_policy<Node, Gpus>& policy, const cluster& cluster,
                               const std::vector<request>& requests)
        : node_{policy.node, cluster, requests}, gpus_{policy.gpus, cluster, requests} {}
    /// What a kernel gets of it, by value.
    template <class Place> [[nodiscard]] view_type view(Place&& place) {
        return {node_.view(place), gpus_.view(place)};
    }

  private:
    device_preparation_of<Node> node_;
    device_preparation_of<Gpus> gpus_;
};

/// `node_then_gpus(node, gpus)`: the node by the first policy alone, ties to the lower node; then the GPUs on it by the
/// second, ties to the lower set.
template <policy Node, policy Gpus>
requires policy<node_then_gpus_policy<Node, Gpus>>
[[nodiscard]] constexpr auto node_then_gpus(Node node, Gpus gpus) {
    return node_then_gpus_policy<Node, Gpus>{node, gpus};
}

} // namespace gpupack::policy

namespace gpupack::inline GPUPACK_ABI {
using policy::node_then_gpus;
} // namespace gpupack
