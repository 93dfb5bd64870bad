#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>

namespace gpupack::policy {

/// One policy for the node and another for the GPUs on the node that won.
template <class Node, class Gpus> struct two_level_policy {
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
        return two_level_policy<decltype(of_node), decltype(of_gpus)>{of_node, of_gpus};
    }

    friend bool operator==(const two_level_policy&, const two_level_policy&) = default;
};

/// `two_level(node, gpus)`: the node by the first policy alone, ties to the lower node; then the GPUs on it by the
/// second, ties to the lower set.
template <policy Node, policy Gpus>
requires policy<two_level_policy<Node, Gpus>>
[[nodiscard]] constexpr auto two_level(Node node, Gpus gpus) {
    return two_level_policy<Node, Gpus>{node, gpus};
}

} // namespace gpupack::policy

namespace gpupack {
using policy::two_level;
} // namespace gpupack
