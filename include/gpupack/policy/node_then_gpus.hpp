// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/combined_traits.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// One policy for the node and another for the GPUs on the node that won.
///
/// Each part visits candidates for itself, so both may have candidates of their own.
template <class Node, class Gpus> struct node_then_gpus_policy {
    Node node; ///< Ranks the nodes.
    Gpus gpus; ///< Chooses GPUs on the best node.

    using combined = combined_traits<Node, Gpus>;
    static constexpr policy_properties properties = combined::properties;

    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        combined::for_each_table(visit, node, gpus);
    }

    [[nodiscard]] GPUPACK_HD constexpr auto cluster_flags() const noexcept requires(combined::has_cluster_flags) {
        return combined::cluster_flags(node, gpus);
    }
    template <class Flags>
    requires(combined::has_cluster_flags)
    [[nodiscard]] GPUPACK_HD constexpr bool affected_by(const Flags& changed, const node_view& view) const noexcept {
        return combined::affected_by(changed, view, node, gpus);
    }

    [[nodiscard]] constexpr auto prepare(const decision& decision) const requires(combined::is_prepared) {
        auto node_scorer = policy::prepare(node, decision);
        auto gpu_scorer = policy::prepare(gpus, decision);
        return node_then_gpus_policy<decltype(node_scorer), decltype(gpu_scorer)>{node_scorer, gpu_scorer};
    }
    [[nodiscard]] GPUPACK_HD constexpr auto scorer_at(std::uint64_t ordinal) const noexcept
        requires(combined::is_prepared_by_ordinal) {
        auto node_scorer = part_at(node, ordinal);
        auto gpu_scorer = part_at(gpus, ordinal);
        return node_then_gpus_policy<decltype(node_scorer), decltype(gpu_scorer)>{node_scorer, gpu_scorer};
    }

    friend bool operator==(const node_then_gpus_policy&, const node_then_gpus_policy&) = default;
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
