// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/search/state_memo.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>

#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::search {

/// What a scorer ranks nodes by.
template <class Scorer> using key_of = decltype(policy::node_score(
    std::declval<const Scorer&>(), std::declval<const node_view&>(), std::declval<const request&>()));

/// Ranks nodes for one request; under an expensive scorer, nodes in one state are scored once.
template <class Scorer> class ranker {
  public:
    ranker(const Scorer& scorer, const cluster& on, const request& request) noexcept
        : scorer_{scorer}, on_{on}, asked_{request} {}

    /// The rank of a node that the request fits.
    [[nodiscard]] key_of<Scorer> operator()(const node_view& node) {
        if constexpr (policy::policy_traits<Scorer>::remembers_states) {
            if (!asked_.ids.is_any()) return policy::node_score(scorer_, node, asked_); // nodes in one state may differ
            return memo_.look_up(on_, node, [&] { return policy::node_score(scorer_, node, asked_); });
        } else
            return policy::node_score(scorer_, node, asked_);
    }

  private:
    struct nothing {};

    const Scorer& scorer_;
    const cluster& on_;
    const request& asked_;
    [[no_unique_address]] std::conditional_t<policy::policy_traits<Scorer>::remembers_states, state_memo<key_of<Scorer>>, nothing> memo_;
};

/// The best of the nodes `first` to `last - 1` for a request.
template <class Scorer> [[nodiscard]] ranked_node<key_of<Scorer>>
best_in(const Scorer& scorer, const cluster& on, const request& request, std::uint32_t first, std::uint32_t last) {
    ranker<Scorer> rank{scorer, on, request};
    ranked_node<key_of<Scorer>> best;
    for (std::uint32_t i = first; i < last; ++i) {
        const node_view node = on[node_id{i}];
        if (!fit::fits(node, request)) continue;
        const ranked_node<key_of<Scorer>> ranked{rank(node), node_id{i}};
        if (ranked.precedes(best)) best = ranked;
    }
    return best;
}

/// What the scorer takes on that node; nothing where it is none.
template <class Scorer> [[nodiscard]] std::optional<selection>
select_on(node_id node, const Scorer& scorer, const cluster& cluster, const request& request) {
    if (node == node_id::none()) return std::nullopt;
    return policy::select_gpus(scorer, cluster[node], request);
}

} // namespace gpupack::search
