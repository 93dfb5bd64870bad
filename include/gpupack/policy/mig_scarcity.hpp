// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Keeps the places that are scarce: a place costs what it is wanted, over the number of such places that the whole
/// cluster has left, and a fuller GPU is taken before an emptier one at the same cost. gpupack's own.
///
///   price of a place for request r = floor(scale * (percent of r in the mix + base) / (places for r in the cluster + 1))
///   cost = sum over r of price * places lost + unit * units free on the GPU
/// The price is the slope of (percent + base) * log(places): an option that is plentiful is nearly free, the last
/// ones are dear. As whole GPUs grow scarce, so does the profile that takes a whole one, which keeps idle GPUs idle
/// without a rule for them. `base` keeps what is rare from being worth nothing.
///
/// - Other requests: as instance_cost_scorer says.
/// - Cost: looks at the whole cluster's counts, so engines score every node again for each decision.
/// - Ties: lower node, lower GPU, lower start.
struct mig_scarcity {
    /// Requests to come; those for MIG instances and for whole GPUs have prices. Without any of them, the fullest GPU
    /// is taken.
    task_mix expected;
    score scale = 4096; ///< Prices are in parts of this.
    score base = 20;    ///< Percent added to what the mix wants of a profile.
    score unit = 1024;  ///< What a free unit of a GPU costs.

    static constexpr policy_properties properties{.scope = reads::cluster}; ///< What engines must know about it.

    /// What a place is worth to an expected request, by its part of the mix and the places that it has left.
    [[nodiscard]] GPUPACK_HD static constexpr score price(score scale, score base, score percent,
                                                          std::int64_t places) noexcept {
        return scale * (percent + base) / (places + 1);
    }

    /// The scorer of one decision.
    [[nodiscard]] instance_cost_scorer prepare(const decision& decision) const {
        auto scorer = detail::without_prices(decision.cluster, unit);
        detail::set_prices(
            scorer, decision.cluster, expected, true,
            [&](const request&, score percent, std::int64_t places) { return price(scale, base, percent, places); });
        return scorer;
    }

    friend bool operator==(const mig_scarcity&, const mig_scarcity&) = default;
};

} // namespace gpupack::policy
