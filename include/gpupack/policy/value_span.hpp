// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <concepts>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The lowest and the highest of some values, in whatever order they come.
struct value_span {
    score lowest = 0;  ///< The lowest value.
    score highest = 0; ///< The highest value.
    bool any = false;  ///< Whether there was a value.

    /// Counts a value in.
    GPUPACK_HD constexpr void offer(score value) noexcept { join({value, value, true}); }
    /// Counts all values of another span in.
    GPUPACK_HD constexpr void join(const value_span& other) noexcept {
        if (!other.any) return;
        if (!any || other.lowest < lowest) lowest = other.lowest;
        if (!any || highest < other.highest) highest = other.highest;
        any = true;
    }
};

/// A policy that must measure nodes before it can score one: its scorer depends on the lowest and the highest of a value over
/// them.
///
/// `measurer(decision)` is a flat value, which a kernel may call, with
/// - `bool measure(node, request, score& value) const`, false where the node does not count, as one that does not fit, and
/// - `scorer_over(span) const`, the scorer of the decision.
template <class Type>
concept measuring = requires(const Type& policy, const decision& decision, const node_view& node,
                             const request& request, score& value, const value_span& span) {
    { policy.measurer(decision).measure(node, request, value) } -> std::same_as<bool>;
    { policy.measurer(decision).scorer_over(span) } -> scorer;
};

/// The scorer of one decision, from a measurer: prepare() of a policy that measures nodes. Cost: a pass over the cluster.
///
/// @param measurer  of the decision
/// @param decision  what is decided
template <class Measurer>
[[nodiscard]] constexpr auto prepare_over_nodes(const Measurer& measurer, const decision& decision) {
    value_span span;
    for (std::uint32_t n = 0; n < decision.cluster.size(); ++n) {
        const node_view node = decision.cluster.node_at(n);
        score value = 0;
        if (measurer.measure(node, decision.request, value)) span.offer(value);
    }
    return measurer.scorer_over(span);
}

} // namespace gpupack::policy
