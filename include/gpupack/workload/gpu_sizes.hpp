// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/workload/task.hpp>
#include <gpupack/workload/workload.hpp>

#include <algorithm>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::workload {

/// MiB of a GPU, on average over those of some models.
///
/// @param source  whose nodes have the GPUs
/// @param models  the models; where no node has one of them, all count
/// @return 0 where there are no GPUs, or none whose memory is known
[[nodiscard]] inline std::int64_t mean_gpu_memory(const workload& source, model_set models = model_set::any()) {
    std::int64_t gpus = 0;
    std::int64_t memory = 0;
    for (const node& each : source.nodes)
        for (const gpu_group& group : each.spec.gpus.groups()) {
            const auto id = source.models.find(group.model.model.view());
            if (!(models == model_set::any()) && (!id || !models.contains(*id))) continue;
            gpus += group.count;
            memory += group.count * group.model.memory.count();
        }
    if (gpus == 0 && !(models == model_set::any())) return mean_gpu_memory(source);
    return gpus == 0 ? 0 : memory / gpus;
}

/// The part of its GPUs that a request takes: by memory alone its memory, by compute alone its compute, by both the
/// larger part.
///
/// @param request  the request
/// @param memory   MiB of a GPU; 0 where that is not known, so that only compute counts
/// @return milli-GPUs, over all its GPUs
[[nodiscard]] inline std::int64_t gpu_part(const request& request, std::int64_t memory) {
    if (request.gpus == 0) return 0;
    const share& share = request.share;
    std::int64_t by_memory = std::int64_t{share.memory_part()} * whole_gpu.count() / 1'000'000 * request.gpus;
    if (memory > 0 && share.way() != sharing::exclusive) {
        const std::int64_t mib =
            share.is_split() ? share.total_memory().count() : share.memory().count() * request.gpus;
        by_memory = std::max(by_memory, std::min(mib, memory * request.gpus) * whole_gpu.count() / memory);
    }
    return std::max(request.total_compute().count(), by_memory);
}

/// Gives the tasks of a workload their sizes, and the cluster its capacity, in milli-GPUs: what Poisson arrivals need.
/// A workload that has sizes keeps them.
inline void fill_gpu_sizes(workload& target) {
    if (target.capacity > 0) return;
    for (const node& each : target.nodes)
        for (const gpu_group& group : each.spec.gpus.groups()) target.capacity += group.count * whole_gpu.count();
    target.unit = "milli-GPUs";
    for (task& each : target.tasks)
        each.size = gpu_part(each.request, mean_gpu_memory(target, each.request.models)) * each.members;
}

} // namespace gpupack::workload
