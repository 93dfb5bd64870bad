// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// The GPUs of a node that a system takes which picks them one by one: of those that fit, as many as are asked for,
/// by the highest value_of(index). For scores of nodes that depend on the GPUs picked; the request must fit the
/// node.
///
/// Ties: lower index.
/// Cost: a value a fitting GPU and pick; where the GPUs must do together (split slices, NUMA alignment), a value a
/// GPU and candidate.
template <class ValueOf> [[nodiscard]] GPUPACK_HD constexpr gpu_set
best_gpus(const node_view& node, const request& request, ValueOf&& value_of) noexcept {
    gpu_set picked;
    policy::score highest = 0;
    if (request.share.is_split() || request.numa != numa_alignment::none) {
        fit::for_each_candidate(node, request, [&](const candidate& each) {
            policy::score sum = 0;
            for_each_gpu(each.gpus, [&](int i) { sum += value_of(i); });
            if (!picked.empty() && (sum < highest || (sum == highest && !(each.gpus < picked)))) return;
            picked = each.gpus;
            highest = sum;
        });
        return picked;
    }
    gpu_set left = fit::fitting_gpus(node, request);
    for (int count = 0; count < request.gpus && !left.empty(); ++count) {
        int best = -1;
        for_each_gpu(left, [&](int i) {
            const policy::score value = value_of(i);
            if (best >= 0 && value <= highest) return;
            best = i;
            highest = value;
        });
        picked.insert(best);
        left.erase(best);
    }
    return picked;
}

} // namespace gpupack::dialect
