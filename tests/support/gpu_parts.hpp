// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstdint>

/// What is free on a GPU, in milli-GPUs: of its compute or of its memory, whichever is less; in plain words, as the oracle of
/// policies that count GPU memory like compute.
inline std::int64_t plain_part_free(const gpupack::gpu_state& gpu, const gpupack::gpu_capacity& capacity) {
    const std::int64_t compute = capacity.compute;
    const std::int64_t memory = capacity.memory;
    const std::int64_t used = memory == 0 ? 0 : (memory - gpu.memory_free) * compute / memory;
    if (used >= compute)
        return 0; // vGPUs may have more memory than slices are promised, instances more compute than there is
    return std::min<std::int64_t>(gpu.compute_free, compute - used);
}

/// The same of a GPU of a node.
inline std::int64_t plain_part_free(const gpupack::node_view& node, int gpu) {
    return plain_part_free(node.gpu(gpu), node.capacity(gpu));
}

/// The same over all GPUs of a node.
inline std::int64_t plain_part_free(const gpupack::node_view& node) {
    std::int64_t sum = 0;
    for (int i = 0; i < node.gpu_count(); ++i) sum += plain_part_free(node, i);
    return sum;
}

/// What a request takes of all its GPUs together, in milli-GPUs: its compute or its memory, whichever is the larger part of
/// the node's first GPU. Whole GPUs and instances count for their compute.
inline std::int64_t plain_part_wanted(const gpupack::node_view& node, const gpupack::request& request) {
    const gpupack::share& share = request.share;
    const std::int64_t compute = request.total_compute().count();
    if (request.gpus == 0 || share.way() != gpupack::sharing::slices) return compute;
    const std::int64_t all = node.capacity(0).memory;
    const std::int64_t unit = node.capacity(0).compute;
    if (all == 0) return compute;
    if (share.is_split()) return std::max(compute, share.total_memory().count() * unit / all);
    const std::int64_t each = share.memory_of(static_cast<std::int32_t>(all)) * unit / all;
    return std::max<std::int64_t>(compute, each * request.gpus);
}
