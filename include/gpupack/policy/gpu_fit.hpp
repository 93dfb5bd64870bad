// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

namespace detail {

/// What is free on the chosen GPUs, in the amount that the request shares: compute, or memory where it asks for no
/// compute.
[[nodiscard]] GPUPACK_HD constexpr score free_on(const candidate& candidate, const request& request) noexcept {
    const bool by_memory = request.share.compute().count() == 0;
    score sum = 0;
    for_each_gpu(candidate.gpus, [&](int i) {
        sum += by_memory ? candidate.node.gpu(i).memory_free : candidate.node.gpu(i).compute_free;
    });
    return sum;
}

} // namespace detail

/// Prefers the GPUs with the least free that fit, by compute, or by memory where no compute is asked for.
///
/// - Ties: lower GPU set.
struct gpu_best_fit {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        return -detail::free_on(candidate, request);
    }
    friend bool operator==(const gpu_best_fit&, const gpu_best_fit&) = default;
};

/// Prefers the GPUs with the most free, by compute, or by memory where no compute is asked for.
///
/// - Ties: lower GPU set.
struct gpu_worst_fit {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        return detail::free_on(candidate, request);
    }
    friend bool operator==(const gpu_worst_fit&, const gpu_worst_fit&) = default;
};

} // namespace gpupack::policy
