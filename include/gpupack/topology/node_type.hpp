// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/divisor.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/gpu_capacity.hpp>
#include <gpupack/topology/label_set.hpp>
#include <gpupack/topology/link_view.hpp>
#include <gpupack/topology/model_set.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// What all nodes of one type share and what never changes: the flat form of a node_spec.
struct node_type {
    milli_cpu cpu{};                   ///< CPU of the host that tasks may use.
    mebibytes memory{};                ///< Host memory that tasks may use.
    std::int32_t gpu_count = 0;        ///< Number of GPUs.
    std::int32_t least_gpu_memory = 0; ///< MiB for slices on the smallest of its GPUs; 0 where it has none.
    std::int32_t compute = 0;          ///< Milli-GPUs of all its GPUs, oversubscription counted in.
    bool any_way = true;               ///< Whether each of its GPUs, when idle, may be shared in any way.
    /// The MIG table of all its GPUs; null where some have none or another.
    const partition_table* mig = nullptr;
    /// The vGPU table of all its GPUs; null where some have none or another.
    const partition_table* vgpu = nullptr;
    const link_view* links = nullptr;            ///< What connects its GPUs; null where nothing is known.
    label_set labels{};                          ///< Of the node itself.
    model_set models{};                          ///< Every model that the node has.
    divisor by_cpu{cpu.count()};                 ///< Divides by its CPU, as scores do for every node.
    divisor by_memory{memory.count()};           ///< Divides by its memory.
    divisor by_compute{};                        ///< Divides by its compute.
    model_id gpu_models[max_gpus_per_node] = {}; ///< [gpu_count] the model of each GPU.
    gpu_capacity gpus[max_gpus_per_node] = {};   ///< [gpu_count] what each GPU can give.

    /// Numbers one more GPU.
    constexpr void add_gpu(const gpu_capacity& gpu, model_id model) noexcept {
        gpus[gpu_count] = gpu;
        gpu_models[gpu_count] = model;
        if (gpu_count == 0 || gpu.memory < least_gpu_memory) least_gpu_memory = gpu.memory;
        compute += gpu.compute;
        any_way = any_way && gpu.only == sharing::idle;
        mig = gpu_count == 0 || mig == gpu.mig ? gpu.mig : nullptr;
        vgpu = gpu_count == 0 || vgpu == gpu.vgpu ? gpu.vgpu : nullptr;
        models.insert(model);
        by_compute = divisor{compute};
        ++gpu_count;
    }

    /// Calls visit(pointer, count) for each table that it or one of its GPUs points to.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        visit(mig, std::size_t{mig != nullptr});
        visit(vgpu, std::size_t{vgpu != nullptr});
        visit(links, std::size_t{links != nullptr});
        for (gpu_capacity& each : gpus) each.for_each_table(visit);
    }

    /// The GPUs whose model is in the set. Cost: one comparison where all GPUs are of one model.
    [[nodiscard]] GPUPACK_HD constexpr gpu_set gpus_of(model_set accepted) const noexcept {
        const std::uint64_t matching = (models & accepted).bits();
        if (matching == 0) return gpu_set{};
        if (matching == models.bits()) return gpu_set::first(gpu_count);
        gpu_set found;
        for (int i = 0; i < gpu_count; ++i)
            if (accepted.contains(gpu_models[i])) found.insert(i);
        return found;
    }
};

} // namespace gpupack
