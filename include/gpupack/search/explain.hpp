// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/diagnose.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// What a scheduler thinks of a request, without placing it.
template <class Score> struct explanation {
    std::size_t nodes = 0;                        ///< Nodes of the cluster.
    std::uint32_t failed[fit::reason_count] = {}; ///< Nodes that fail, by fit::reason; those at `none` fit.
    std::vector<ranked_selection<Score>> options; ///< The best choices, one a node, best first; ties by the lower node.

    /// How many nodes fit.
    [[nodiscard]] std::uint32_t fitting() const noexcept { return failed[static_cast<int>(fit::reason::none)]; }
};

namespace search {

/// The best options for a request, and the reasons of the nodes that fail.
///
/// @param policy    which choice is the best
/// @param decision  the cluster and the request
/// @param options   how many options are told at most
/// @return          the options and the reasons
/// Cost: a score a node; allocates.
template <policy::policy Policy>
[[nodiscard]] auto explain(const Policy& policy, const policy::decision& decision, std::size_t options) {
    const auto& [cluster, request, ordinal] = decision;
    const auto scorer = policy::prepare(policy, decision);
    explanation<key_of<policy::scorer_of<Policy>>> result;
    result.nodes = cluster.node_count();
    for (std::uint32_t i = 0; i < cluster.size(); ++i) {
        const node_view node = cluster.node_at(i);
        if (!cluster.contains(node.id())) continue;
        const fit::reason reason = fit::diagnose(node, request).why;
        ++result.failed[static_cast<int>(reason)];
        if (reason == fit::reason::none)
            result.options.push_back({{.node = node.id()}, policy::node_score(scorer, node, request)});
    }
    std::stable_sort(result.options.begin(), result.options.end(),
                     [](const auto& a, const auto& b) { return b.score < a.score; });
    if (result.options.size() > options) result.options.resize(options);
    for (selection& option : result.options) option = policy::select_gpus(scorer, cluster[option.node], request);
    return result;
}

} // namespace search

} // namespace gpupack
