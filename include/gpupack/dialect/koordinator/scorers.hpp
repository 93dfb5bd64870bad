// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Koordinator's score of one resource with the request on it: the part in use (pack) or free (spread), in whole
/// percent, rounded down.
///
/// Source: DeviceShare's MostAllocated and LeastAllocated (docs/sources.md#koordinator).
///
/// @param lean      whether it packs or spreads
/// @param capacity  what there is, in any unit
/// @param free      what is free, in the same unit
/// @param request   what is asked for
/// @return 0 to 100; where more is asked for than is free, 100 (pack) or 0 (spread)
[[nodiscard]] GPUPACK_HD constexpr policy::score koordinator_score(policy::strategy lean, policy::score capacity, policy::score free,
                                                           policy::score request) noexcept {
    if (capacity == 0) return 0;
    const policy::score used = capacity - free + request;
    if (used > capacity) return lean == policy::strategy::binpack ? 100 : 0;
    return (lean == policy::strategy::binpack ? used : capacity - used) * 100 / capacity;
}

/// Prefers the GPUs that are fullest (pack) or emptiest (spread) once the request is placed, in whole percent.
///
/// Ties: lower GPU set, as there (lower minor).
/// Source: DeviceShare's default allocation (docs/sources.md#koordinator).
struct koordinator_gpus {
    policy::strategy lean = policy::strategy::spread; ///< Whether it packs or spreads.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                        const request& request) const noexcept {
        policy::score sum = 0;
        for_each_gpu(chosen.gpus, [&](int i) {
            const gpu_load load = load_of(chosen.node, i, request);
            sum += koordinator_score(lean, load.capacity, load.capacity - load.used, load.request);
        });
        return sum;
    }
    friend bool operator==(const koordinator_gpus&, const koordinator_gpus&) = default;
};

/// Prefers the node whose GPUs together are fullest (pack) or emptiest (spread) once the request is placed.
///
/// Score: 0 to 100; the amount asked of one GPU is added once, even where several GPUs are asked for, as there; a
/// request without GPUs as kubernetes_default.
/// Ties: lower node.
/// Source: DeviceShare's node score, memory alone as by its default weights (docs/sources.md#koordinator).
struct koordinator_node {
    policy::strategy lean = policy::strategy::spread; ///< Whether it packs or spreads.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                        const request& request) const noexcept {
        if (request.gpus == 0) return kubernetes_default{}(node, request);
        policy::score capacity = 0;
        policy::score used = 0;
        for (int i = 0; i < node.gpu_count(); ++i) {
            const gpu_load load = load_of(node, i, request);
            capacity += load.capacity;
            used += load.used;
        }
        const policy::score once = load_of(node, fit::wanted_gpus(node, request).lowest(), request).request;
        return koordinator_score(lean, capacity, capacity - used, once);
    }
    friend bool operator==(const koordinator_node&, const koordinator_node&) = default;
};

static_assert(policy::scorer<koordinator_gpus> && policy::scorer<koordinator_node>);

} // namespace gpupack::dialect
