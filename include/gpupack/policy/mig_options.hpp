// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/policy_traits.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Keeps the most places for the requests that are expected: takes the choice whose loss of places costs them least, and
/// among near-equals the GPU with least free.
///
/// expected        requests to come; those for MIG instances and for whole GPUs count, each by its part of them
/// loss, unit      a place lost costs `loss` for each percent of the mix that would want it; a unit free costs `unit`
/// other requests  as instance_cost_scorer says
/// ties            lower node, lower GPU, lower start
struct mig_options {
    task_mix expected;
    score loss = 5;
    score unit = 100;

    static constexpr policy_properties properties{};

    [[nodiscard]] instance_cost_scorer prepare(const decision& question) const {
        auto scorer = detail::without_prices(question.cluster, unit);
        detail::set_prices(scorer, question.cluster, expected, false,
                           [&](const request&, score percent, std::int64_t) { return loss * percent; });
        return scorer;
    }

    friend bool operator==(const mig_options&, const mig_options&) = default;
};

static_assert(policy<mig_options>);

} // namespace gpupack::policy
