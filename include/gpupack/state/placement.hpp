// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// Where a request went, and the receipt with which its resources are given back, once.
///
/// node, gpus                  what the caller runs the task on
/// slots                       for instances, where on each GPU: cluster::instance_on says which profile and start
/// slot, generation, cluster   the cluster's own book-keeping; do not change it
struct placement {
    node_id node{};
    gpu_set gpus{};
    slot_list slots{};
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    std::uint32_t cluster = 0;

    friend bool operator==(const placement&, const placement&) = default;
};

} // namespace gpupack
