// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// One policy for the node and another for the GPUs on the node that won.
template <class Node, class Gpus> struct node_then_gpus_policy {
    Node node;
    Gpus gpus;

    static constexpr bool whole_cluster = looks_at_whole_cluster<Node>() || looks_at_whole_cluster<Gpus>();
    static constexpr bool links = looks_at_links<Node>() || looks_at_links<Gpus>();
    static constexpr bool host_only = is_host_only<Node>() || is_host_only<Gpus>();

    /// The tables of both.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        for_each_table_of(node, visit);
        for_each_table_of(gpus, visit);
    }

    [[nodiscard]] constexpr auto prepare(const decision& question) const
        requires(preparable<Node> || preparable<Gpus>) {
        auto of_node = policy::prepare(node, question);
        auto of_gpus = policy::prepare(gpus, question);
        return node_then_gpus_policy<decltype(of_node), decltype(of_gpus)>{of_node, of_gpus};
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
