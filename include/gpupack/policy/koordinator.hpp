#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/gpu_load.hpp>
#include <gpupack/policy/kubernetes.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/tendency.hpp>

namespace gpupack::policy {

/// Koordinator's score of one resource with the request on it: the part in use (pack) or free (spread), in whole
/// percent, rounded down.
///
/// capacity, free, asked  in any one unit
/// returns                0 to 100; where more is asked for than is free, 100 (pack) or 0 (spread)
/// source                 DeviceShare's MostAllocated and LeastAllocated (docs/sources.md#koordinator)
[[nodiscard]] GPUPACK_HD constexpr score koordinator_score(tendency lean, score capacity, score free,
                                                           score asked) noexcept {
    if (capacity == 0) return 0;
    const score used = capacity - free + asked;
    if (used > capacity) return lean == tendency::pack ? 100 : 0;
    return (lean == tendency::pack ? used : capacity - used) * 100 / capacity;
}

/// Prefers the GPUs that are fullest (pack) or emptiest (spread) once the request is placed, in whole percent.
///
/// ties    lower GPU set, as there (lower minor)
/// source  DeviceShare's default allocation (docs/sources.md#koordinator)
struct koordinator_gpus {
    tendency lean = tendency::spread;

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& chosen,
                                                        const request& asked) const noexcept {
        score sum = 0;
        for_each_gpu(chosen.gpus, [&](int i) {
            const gpu_load load = load_of(chosen.node, i, asked);
            sum += koordinator_score(lean, load.capacity, load.capacity - load.used, load.asked);
        });
        return sum;
    }
    friend bool operator==(const koordinator_gpus&, const koordinator_gpus&) = default;
};

/// Prefers the node whose GPUs together are fullest (pack) or emptiest (spread) once the request is placed.
///
/// score   0 to 100; the amount asked of one GPU is added once, even where several GPUs are asked for, as there; a
///         request without GPUs as kubernetes_default
/// ties    lower node
/// source  DeviceShare's node score, memory alone as by its default weights (docs/sources.md#koordinator)
struct koordinator_node {
    tendency lean = tendency::spread;

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const node_view& node,
                                                        const request& asked) const noexcept {
        if (asked.gpus == 0) return kubernetes_default{}(node, asked);
        score capacity = 0;
        score used = 0;
        for (int i = 0; i < node.gpu_count(); ++i) {
            const gpu_load load = load_of(node, i, asked);
            capacity += load.capacity;
            used += load.used;
        }
        const score once = load_of(node, fit::wanted_gpus(node, asked).lowest(), asked).asked;
        return koordinator_score(lean, capacity, capacity - used, once);
    }
    friend bool operator==(const koordinator_node&, const koordinator_node&) = default;
};

static_assert(scorer<koordinator_gpus> && scorer<koordinator_node>);

} // namespace gpupack::policy
