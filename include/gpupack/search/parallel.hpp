// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>

#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::search {

/// The scan over several threads (oneTBB): every node for every decision, in parts. Needs the component `parallel`.
///
/// The order of choices is total, so the timing of threads decides nothing: the answer is that of the scan. Cost: that of
/// the scan, over the threads of the caller's task arena. A policy that prepares by looking at all nodes (normalize) does
/// so on one thread.
struct parallel {
    /// Nodes that one thread looks at in a row, at least; the caller alone searches a cluster of fewer nodes.
    std::uint32_t part = 2048;

    /// The searcher of a parallel scan, for any policy.
    struct searcher {
        std::uint32_t part = 2048; ///< As above.

        /// The best choice for a decision, if the request fits anywhere.
        template <policy::policy Policy>
        [[nodiscard]] std::optional<selection> find(const Policy& policy, const policy::decision& decision) const {
            const auto scorer = policy::prepare(policy, decision);
            using best_type = ranked_node<key_of<std::remove_const_t<decltype(scorer)>>>;
            using range = oneapi::tbb::blocked_range<std::uint32_t>;
            const auto nodes = static_cast<std::uint32_t>(decision.cluster.size());
            const best_type best = oneapi::tbb::parallel_reduce(
                range{0, nodes, part}, best_type{},
                [&](const range& some, best_type so_far) {
                    const best_type here =
                        best_in(scorer, decision.cluster, decision.request, some.begin(), some.end());
                    return here.precedes(so_far) ? here : so_far;
                },
                [](const best_type& a, const best_type& b) { return b.precedes(a) ? b : a; });
            return select_on(best.node, scorer, decision.cluster, decision.request);
        }

        /// Nothing is kept, so nothing changes.
        void changed(const cluster&, node_id) const noexcept {}
    };

    /// The searcher for a policy.
    template <policy::policy Policy> [[nodiscard]] searcher make_searcher(const cluster&) const noexcept {
        GPUPACK_EXPECTS(part > 0, "parts of one node at least");
        return {part};
    }

    friend bool operator==(const parallel&, const parallel&) = default;
};

} // namespace gpupack::search
