#pragma once

#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>

namespace gpupack::search {

/// What an engine found: the best node and the GPUs to take there, nothing taken yet.
struct choice {
    node_id node{};
    gpu_set gpus{};

    friend bool operator==(const choice&, const choice&) = default;
};

} // namespace gpupack::search
