// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>

#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::search {

/// Looks at every node for every decision, on one thread; keeps nothing. The engine that the others are held to.
///
/// Cost: a fit test a node, and a score a node that fits, or under expensive policies a score a state met; no allocation.
struct scan {
    /// The searcher of a scan, for any policy.
    struct searcher {
        /// The best choice for a decision, if the request fits anywhere.
        template <policy::policy Policy>
        [[nodiscard]] std::optional<selection> find(const Policy& policy, const policy::decision& decision) const {
            const auto scorer = policy::prepare(policy, decision);
            const auto nodes = static_cast<std::uint32_t>(decision.cluster.size());
            const auto best = best_in(scorer, decision.cluster, decision.request, 0, nodes);
            return select_on(best.node, scorer, decision.cluster, decision.request);
        }

        /// Nothing is kept, so nothing changes.
        void changed(const cluster&, node_id) const noexcept {}
    };

    /// The searcher for a policy.
    template <policy::policy Policy> [[nodiscard]] searcher make_searcher(const cluster&) const noexcept { return {}; }

    friend bool operator==(const scan&, const scan&) = default;
};

/// The best choice without a change of the searcher: by its const find() where it has one, else by a scan.
///
/// @param searcher  of any engine
/// @param policy    which choice is the best
/// @param decision  the cluster and the request
template <class Searcher, policy::policy Policy> [[nodiscard]] std::optional<selection>
dry_run(const Searcher& searcher, const Policy& policy, const policy::decision& decision) {
    if constexpr (requires { searcher.find(policy, decision); })
        return searcher.find(policy, decision);
    else
        return scan::searcher{}.find(policy, decision);
}

} // namespace gpupack::search
