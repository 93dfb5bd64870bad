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
/// cost  a fit test a node, and a score a node that fits, or under expensive policies a score a state met; no allocation
struct scan {
    /// The searcher of a scan, for any policy.
    struct searcher {
        template <policy::policy Policy>
        [[nodiscard]] std::optional<selection> find(const Policy& policy, const policy::decision& question) const {
            const auto scorer = policy::prepare(policy, question);
            const auto nodes = static_cast<std::uint32_t>(question.cluster.size());
            const auto best = best_in(scorer, question.cluster, question.request, 0, nodes);
            return select_on(best.node, scorer, question.cluster, question.request);
        }

        void changed(const cluster&, node_id) const noexcept {}
    };

    template <policy::policy Policy> [[nodiscard]] searcher make_searcher(const cluster&) const noexcept {
        return {};
    }

    friend bool operator==(const scan&, const scan&) = default;
};

static_assert(engine<scan>);

} // namespace gpupack::search
