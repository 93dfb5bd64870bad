// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/selection.hpp>

#include <concepts>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::search {

/// Finds the best choices for one policy, and may keep what it learns from one decision to the next.
///
/// find     the best choice by the order of ties (higher score, lower node, lower GPU set), if any fits; asked only
///          about the one cluster whose changes it is told of
/// changed  that node of the cluster was changed by a placement or a release
template <class Type, class Policy>
concept searcher = std::movable<Type> &&
    requires(Type& searching, const Policy& policy, const policy::decision& question, node_id node) {
    { searching.find(policy, question) } -> std::same_as<std::optional<selection>>;
    { searching.changed(question.cluster, node) } -> std::same_as<void>;
};

/// A way to search: a small value that makes a searcher for a policy. All engines find the same choices.
template <class Type>
concept engine = std::copyable<Type> && requires(const Type& engine, const cluster& on) {
    { engine.template make_searcher<policy::first_fit>(on) } -> searcher<policy::first_fit>;
};

} // namespace gpupack::search
