// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::policy {

/// One question to a scheduler: where should this request go?
///
/// on        the cluster, before the placement
/// request     the request
/// ordinal   how many questions the scheduler has answered before; random policies draw by it
struct decision {
    const cluster& on;
    const gpupack::request& request;
    std::uint64_t ordinal = 0;
};

/// A policy that must look at the whole decision before it can score: it turns itself into a scorer for it.
template <class Type>
concept preparable = requires(const Type& policy, const decision& question) {
    { policy.prepare(question) } -> scorer;
};

/// A policy: a small regular value that is a scorer, or that prepares one for each decision.
///
/// The whole contract for a user's own: copyable, and callable with (node_view, request) or (candidate, request).
template <class Type>
concept policy = std::copyable<Type> &&(preparable<Type> || scorer<Type>);

/// The scorer that a policy uses for one decision; the policy itself where it needs no preparation.
template <policy Policy> [[nodiscard]] constexpr auto prepare(const Policy& chosen, const decision& question) {
    if constexpr (preparable<Policy>)
        return chosen.prepare(question);
    else
        return chosen;
}

/// The type of that scorer.
template <policy Policy> using scorer_of =
    decltype(policy::prepare(std::declval<const Policy&>(), std::declval<const decision&>()));

/// Whether a policy's scores depend on more than the one node and the request, so that none may be kept from one
/// decision to the next. A policy says so by a static member `whole_cluster`.
template <class Policy> [[nodiscard]] consteval bool looks_at_whole_cluster() {
    if constexpr (requires { Policy::whole_cluster; })
        return Policy::whole_cluster;
    else
        return false;
}

} // namespace gpupack::policy
