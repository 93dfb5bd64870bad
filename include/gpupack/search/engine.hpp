// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>

#include <concepts>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::search {

/// Finds the best choices for one policy, and may keep what it learns from one decision to the next.
///
/// - `find(policy, decision)` returns the best choice, if the request fits anywhere: higher score, then lower node, then
///   lower GPU set. It is asked about the one cluster whose changes it is told of.
/// - It may have the same `find` as a const function, for dry runs, which may overlap: it learns nothing. A searcher that
///   has none is a scan in dry runs.
/// - `changed(cluster, node)` says that a placement, a release or another call has changed that node.
template <class Type, class Policy>
concept searcher = std::movable<Type> &&
    requires(Type& searcher, const Policy& policy, const policy::decision& decision, node_id node) {
    { searcher.find(policy, decision) } -> std::same_as<std::optional<selection>>;
    { searcher.changed(decision.cluster, node) } -> std::same_as<void>;
};

/// A way to search: a small value that makes a searcher for a policy. All engines find the same choices.
template <class Type>
concept engine = std::copyable<Type> && requires(const Type& engine, const cluster& cluster) {
    { engine.template make_searcher<policy::first_fit>(cluster) } -> searcher<policy::first_fit>;
};

} // namespace gpupack::search
