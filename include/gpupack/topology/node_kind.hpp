#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/divisor.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/model_set.hpp>

#include <cstdint>

namespace gpupack {

/// What all nodes of one shape share and what never changes: the flat form of a node_spec.
///
/// gpu_memory, gpu_models  [gpu_count]  memory in MiB and model of each GPU
/// models                  every model that the node has
/// least_gpu_memory        MiB on the smallest of its GPUs; 0 where it has none
/// by_cpu, by_memory, by_compute  divide by what it has in all, as scores do for every node
struct node_kind {
    milli_cpu cpu{};
    mebibytes memory{};
    std::int32_t gpu_count = 0;
    std::int32_t least_gpu_memory = 0;
    model_set models{};
    std::int32_t gpu_memory[max_gpus_per_node] = {};
    model_id gpu_models[max_gpus_per_node] = {};
    divisor by_cpu{cpu.count()};
    divisor by_memory{memory.count()};
    divisor by_compute{whole_gpu.count() * gpu_count};

    /// The GPUs whose model is in the set. Cost: one comparison where all GPUs are of one model.
    [[nodiscard]] GPUPACK_HD constexpr gpu_set gpus_of(model_set wanted) const noexcept {
        const std::uint64_t matching = (models & wanted).bits();
        if (matching == 0) return gpu_set{};
        if (matching == models.bits()) return gpu_set::first(gpu_count);
        gpu_set gpus;
        for (int i = 0; i < gpu_count; ++i)
            if (wanted.contains(gpu_models[i])) gpus.insert(i);
        return gpus;
    }
};

} // namespace gpupack
