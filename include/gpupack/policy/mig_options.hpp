// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/policy_traits.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Keeps the most places for the requests that are expected: takes the choice whose loss of places costs them least, and
/// among near-equals the GPU with least free.
///
/// - Other requests: as instance_cost_scorer says.
/// - Ties: lower node, lower GPU, lower start.
struct mig_options {
    /// Requests to come; those for MIG instances and for whole GPUs count, each by its part of them.
    task_mix expected;
    /// What a place lost costs for each percent of the mix that would want it.
    score loss = 5;
    /// What a unit of memory that is free on the GPU costs.
    score unit = 100;

    static constexpr policy_properties properties{}; ///< What engines must know about it.

    /// The scorer of one decision.
    [[nodiscard]] instance_cost_scorer prepare(const decision& decision) const {
        auto scorer = detail::without_prices(decision.cluster, unit);
        detail::set_prices(scorer, decision.cluster, expected, false,
                           [&](const request&, score percent, std::int64_t) { return loss * percent; });
        return scorer;
    }

    friend bool operator==(const mig_options&, const mig_options&) = default;
};

} // namespace gpupack::policy
