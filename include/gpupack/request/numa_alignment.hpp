// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// Over how few NUMA nodes the GPUs of a request must lie; what they are asked for means nothing for one GPU.
///
/// Source: the policies of the kubelet's Topology Manager (docs/sources.md#kubelet), for GPUs alone.
enum class numa_alignment : std::uint8_t {
    none,        ///< Any.
    best_effort, ///< As few as the free GPUs of the node that was chosen allow.
    restricted,  ///< As few as that node would allow if it were empty; nodes where more are needed now do not fit.
    single       ///< One; nodes where no NUMA node has enough free GPUs do not fit.
};

} // namespace gpupack
