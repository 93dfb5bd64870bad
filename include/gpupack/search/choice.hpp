// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/slot_list.hpp>

namespace gpupack::inline GPUPACK_ABI::search {

/// What an engine found: the best node, the GPUs to take there and the slots on them, nothing taken yet.
struct choice {
    node_id node{};
    gpu_set gpus{};
    slot_list slots{};

    friend bool operator==(const choice&, const choice&) = default;
};

} // namespace gpupack::search
