// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/dialect/best_gpus.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
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
/// Rounding: to the nearest whole point, halves up, of a sum in double precision, as there: 57.5 points may be 57.
/// Source: Volcano's vGPU score `binpack` (docs/sources.md#volcano).
struct volcano_vgpu_node {
    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        if (request.gpus == 0) return kubernetes_default{}(node, request);
        const auto used_of = [&](int i) { return load_of(node, i, request).used; };
        gpu_set left = best_gpus(node, request, used_of);
        double sum = 0;
        while (!left.empty()) { // in the order in which they are picked: doubles add up by it
            int fullest = left.lowest();
            for_each_gpu(left, [&](int i) { fullest = used_of(i) > used_of(fullest) ? i : fullest; });
            const gpu_load load = load_of(node, fullest, request);
            const double part = static_cast<double>(load.used + load.request) / static_cast<double>(load.capacity);
            const double points = 100 * part;
            sum += points;
            left.erase(fullest);
        }
        return static_cast<policy::score>(sum + 0.5);
    }
    friend bool operator==(const volcano_vgpu_node&, const volcano_vgpu_node&) = default;
};

/// Takes the last GPUs of a node that fit, as Volcano does where no vGPU policy is set.
///
/// Score: the sum of the numbers of the GPUs.
/// Source: Volcano's vGPU device order without a policy (docs/sources.md#volcano).
struct volcano_vgpu_last_gpus {
    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.own_candidates = true};

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request&) const noexcept {
        policy::score sum = 0;
        for_each_gpu(chosen.gpus, [&](int i) { sum += i; });
        return sum;
    }

    /// Visits the last GPUs that fit, and the lowest where they do not do together.
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        if (!fit::fits(node, request)) return;
        gpu_set last;
        gpu_set fitting = fit::fitting_gpus(node, request);
        for (int i = node.gpu_count() - 1; i >= 0 && last.size() < request.gpus; --i)
            if (fitting.contains(i)) last.insert(i);
        const gpu_set gpus = fit::fits_on(node, request, last, fit::lowest_slots(node, last, request.share))
                                 ? last
                                 : fit::lowest_gpus(node, request);
        visit((*this)(candidate{node, gpus}, request), gpus, fit::lowest_slots(node, gpus, request.share));
    }
    friend bool operator==(const volcano_vgpu_last_gpus&, const volcano_vgpu_last_gpus&) = default;
};

static_assert(policy::scorer<volcano_vgpu_gpus> && policy::scorer<volcano_vgpu_node> &&
              policy::scorer<volcano_vgpu_last_gpus>);

} // namespace gpupack::dialect
