#pragma once

#include <gpupack/core/config.hpp>

#include <cstdint>

namespace gpupack {

/// What is free on the host of one node now; its GPUs stand in gpu_states of their own.
///
/// cpu_free     milli-cores
/// memory_free  MiB
struct node_state {
    std::int32_t cpu_free = 0;
    std::int32_t memory_free = 0;

    GPUPACK_HD friend constexpr bool operator==(node_state a, node_state b) noexcept {
        return a.cpu_free == b.cpu_free && a.memory_free == b.memory_free;
    }
};

} // namespace gpupack
