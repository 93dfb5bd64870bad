// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/dialect/hami/scorers.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/topology/link_view.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Takes GPUs by their links as HAMi's policy `topology-aware` does: for one GPU, that with the weakest links to the
/// others that would fit, so that the strong ones stay for requests of several; for several, the set with the
/// strongest. Of equal ones it takes the first in HAMi's order of devices, which is that of `spread`.
///
/// Score: 2^32 times the sum of link_score over the pairs of the chosen GPUs, for one GPU minus its sum to the other GPUs
/// that fit, 0 where nothing is known; and the places of the GPUs in the order, an earlier one before all later ones.
/// Ties in the order: higher NUMA node, then higher GPU, as for devices that are registered by number.
/// Source: HAMi's computeWorstSingleCard and computeBestCombination (docs/sources.md#hami).
struct hami_topology {
    hami_gpus order{};                        ///< How devices are ordered.
    nvlink_count nvlinks = nvlink_count::all; ///< Which NVLinks count: those to switches, too, since July 2026.

    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.topology_sensitive = true};

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        if (chosen.gpus.empty()) return 0;
        const gpu_set fitting = fit::fitting_gpus(chosen.node, request);
        policy::score places = 0;
        for_each_gpu(chosen.gpus, [&](int i) {
            places += policy::score{1} << (max_gpus_per_node - 1 - place_of(chosen.node, request, fitting, i));
        });
        return (policy::score{1} << 32) * links_of(chosen, request, fitting) + places;
    }
    friend bool operator==(const hami_topology&, const hami_topology&) = default;

  private:
    [[nodiscard]] GPUPACK_HD constexpr policy::score links_of(const candidate& chosen, const request& request,
                                                              gpu_set fitting) const noexcept {
        const link_view* const known = chosen.node.type().links;
        if (known == nullptr) return 0;
        if (request.gpus > 1) return known->score(chosen.gpus, nvlinks);
        const int gpu = chosen.gpus.lowest();
        policy::score sum = 0;
        for_each_gpu(fitting - chosen.gpus, [&](int other) { sum -= known->pair(gpu, other, nvlinks); });
        return sum;
    }

    /// How many of the GPUs that fit come before one in HAMi's order.
    [[nodiscard]] GPUPACK_HD constexpr int place_of(const node_view& node, const request& request, gpu_set fitting,
                                                    int gpu) const noexcept {
        const policy::score own = order(candidate{node, gpu_set::of(gpu)}, request);
        int place = 0;
        for_each_gpu(fitting, [&](int other) {
            const policy::score value = order(candidate{node, gpu_set::of(other)}, request);
            if (value > own || (value == own && other > gpu)) ++place;
        });
        return place;
    }
};

static_assert(policy::scorer<hami_topology>);

} // namespace gpupack::dialect
