// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/dialect/best_gpus.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/policy/score.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Prefers the GPUs with the most memory in use, in MiB; for a request in compute alone, the most compute.
///
/// Ties: lower GPU set, as there.
/// Source: Volcano's vGPU device order `binpack` (docs/sources.md#volcano).
struct volcano_vgpu_gpus {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                        const request& request) const noexcept {
        policy::score used = 0;
        for_each_gpu(chosen.gpus, [&](int i) { used += load_of(chosen.node, i, request).used; });
        return used;
    }
    friend bool operator==(const volcano_vgpu_gpus&, const volcano_vgpu_gpus&) = default;
};

/// Prefers the node whose GPUs, those that volcano_vgpu_gpus picks there, are fullest once the request is placed.
///
/// Score: 100 used / capacity, summed over the GPUs picked and not averaged, so that requests for more GPUs score
/// higher; a request without GPUs as kubernetes_default.
/// Rounding: each quotient down at 10^-7, the sum to the nearest whole point, halves up.
/// Source: Volcano's vGPU score `binpack` (docs/sources.md#volcano).
struct volcano_vgpu_node {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                        const request& request) const noexcept {
        if (request.gpus == 0) return kubernetes_default{}(node, request);
        constexpr policy::score point = 10'000'000;
        policy::score sum = 0;
        for_each_gpu(best_gpus(node, request, [&](int i) { return load_of(node, i, request).used; }), [&](int i) {
            const gpu_load load = load_of(node, i, request);
            sum += (load.used + load.request) * 100 * point / load.capacity;
        });
        return (sum + point / 2) / point;
    }
    friend bool operator==(const volcano_vgpu_node&, const volcano_vgpu_node&) = default;
};

static_assert(policy::scorer<volcano_vgpu_gpus> && policy::scorer<volcano_vgpu_node>);

} // namespace gpupack::dialect
