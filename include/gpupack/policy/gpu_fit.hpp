// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::policy {

namespace detail {

/// What is free on the chosen GPUs, in the amount that the request shares: memory where it asks for no compute, compute
/// where it asks for no memory, and of both the lesser part of each GPU.
[[nodiscard]] GPUPACK_HD constexpr score free_on(const candidate& candidate, const request& request) noexcept {
    const bool by_memory = request.share.compute().count() == 0;
    const bool by_both = !by_memory && wants_gpu_memory(request);
    score sum = 0;
    for_each_gpu(candidate.gpus, [&](int i) {
        const gpu_state& gpu = candidate.node.gpu(i);
        sum += by_memory ? gpu.memory_free : by_both ? free_part(gpu, candidate.node.capacity(i)) : gpu.compute_free;
    });
    return sum;
}

} // namespace detail

/// Prefers the GPUs with the least free that fit, by compute, by memory, or where both are asked for by the lesser part.
///
/// - Ties: lower GPU set.
struct gpu_best_fit {
    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        return -detail::free_on(candidate, request);
    }
    friend bool operator==(const gpu_best_fit&, const gpu_best_fit&) = default;
};

/// Prefers the GPUs with the most free, by compute, by memory, or where both are asked for by the lesser part.
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
