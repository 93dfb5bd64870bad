// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/state_memo.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::search {

/// What a scorer ranks nodes by.
template <class Scorer> using key_of = decltype(policy::node_score(
    std::declval<const Scorer&>(), std::declval<const node_view&>(), std::declval<const request&>()));

/// Scores nodes for one request; under an expensive scorer, nodes in one state are scored once.
template <class Scorer> class ranker {
  public:
    /// @param scorer   prepared for the decision
    /// @param cluster  the nodes
    /// @param request  what is placed
    ranker(const Scorer& scorer, const cluster& cluster, const request& request) noexcept
        : scorer_{scorer}, cluster_{cluster}, request_{request} {}

    /// The score of a node that the request fits.
    [[nodiscard]] key_of<Scorer> operator()(const node_view& node) {
        if constexpr (remembers_states) {
            // Two nodes in one state differ for a request that names GPUs of some nodes.
            if (request_.ids.is_any())
                return memo_.look_up(cluster_, node, [&] { return policy::node_score(scorer_, node, request_); });
        }
        return policy::node_score(scorer_, node, request_);
    }

  private:
    static constexpr bool remembers_states = policy::policy_traits<Scorer>::remembers_states;
    struct no_memo {};

    const Scorer& scorer_;
    const cluster& cluster_;
    const request& request_;
    [[no_unique_address]] std::conditional_t<remembers_states, state_memo<key_of<Scorer>>, no_memo> memo_;
};

/// The best of some nodes for a request.
///
/// @param scorer   prepared for the decision
/// @param cluster  the nodes
/// @param request  what is placed
/// @param first    the number of the first node to look at
/// @param last     one more than the number of the last
template <class Scorer> [[nodiscard]] ranked_node<key_of<Scorer>>
best_in(const Scorer& scorer, const cluster& cluster, const request& request, std::uint32_t first, std::uint32_t last) {
    ranker<Scorer> rank{scorer, cluster, request};
    ranked_node<key_of<Scorer>> best;
    for (std::uint32_t n = first; n < last; ++n) {
        const node_view node = cluster.node_at(n);
        if (!fit::fits(node, request)) continue;
        const ranked_node<key_of<Scorer>> ranked{rank(node), node.id()};
        if (ranked.precedes(best)) best = ranked;
    }
    return best;
}

/// What the scorer takes on a node.
///
/// @param node     one that the request fits, or node_id::none()
/// @param scorer   prepared for the decision
/// @param cluster  the nodes
/// @param request  what is placed
/// @return         nothing for no node
template <class Scorer> [[nodiscard]] std::optional<selection>
select_on(node_id node, const Scorer& scorer, const cluster& cluster, const request& request) {
    if (node == node_id::none()) return std::nullopt;
    return policy::select_gpus(scorer, cluster[node], request);
}

} // namespace gpupack::search
