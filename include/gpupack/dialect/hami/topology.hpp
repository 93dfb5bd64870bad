// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Takes GPUs by their links as HAMi's policy `topology-aware` does: for one GPU, that with the weakest links to the
/// others that would fit, so that the strong ones stay for requests of several; for several, the set with the
/// strongest.
///
/// source HAMi's computeWorstSingleCard and computeBestCombination (docs/sources.md#hami)
///
/// Score: the sum of link_score over the pairs of the chosen GPUs, NVLinks to a switch left out; for one GPU minus
/// its sum to the other GPUs that fit; 0 where nothing is known.
/// Ties: lower GPU set. HAMi takes the first in its order of devices.
struct hami_topology {
    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.topology_sensitive = true};

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                        const request& request) const noexcept {
        const link_view* const known = chosen.node.type().links;
        if (known == nullptr || chosen.gpus.empty()) return 0;
        if (request.gpus > 1) return known->score(chosen.gpus, nvlink_count::direct);
        const int gpu = chosen.gpus.lowest();
        policy::score sum = 0;
        for_each_gpu(fit::fitting_gpus(chosen.node, request) - chosen.gpus,
                     [&](int other) { sum -= known->pair(gpu, other, nvlink_count::direct); });
        return sum;
    }
    friend bool operator==(const hami_topology&, const hami_topology&) = default;
};

static_assert(policy::scorer<hami_topology>);

} // namespace gpupack::dialect
