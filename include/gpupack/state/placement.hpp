#pragma once

#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>

#include <cstdint>

namespace gpupack {

/// Where a request went, and the receipt with which its resources are given back, once.
///
/// node, gpus                  what the caller runs the task on
/// slot, generation, cluster   the cluster's own book-keeping; do not change it
struct placement {
    node_id node{};
    gpu_set gpus{};
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    std::uint32_t cluster = 0;

    friend bool operator==(const placement&, const placement&) = default;
};

} // namespace gpupack
