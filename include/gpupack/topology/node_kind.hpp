#pragma once

#include <gpupack/core/config.hpp>
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
struct node_kind {
    milli_cpu cpu{};
    mebibytes memory{};
    std::int32_t gpu_count = 0;
    model_set models{};
    std::int32_t gpu_memory[max_gpus_per_node] = {};
    model_id gpu_models[max_gpus_per_node] = {};

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
