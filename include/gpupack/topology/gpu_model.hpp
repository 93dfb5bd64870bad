// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/name.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/architecture.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/vgpu.hpp>

namespace gpupack::inline GPUPACK_ABI {

/// A kind of GPU: what all GPUs of one name have in common.
struct gpu_model {
    gpupack::name model; ///< The name that requests select by, unique in a model_table.
    /// What the driver offers to tasks, in MiB (less than the marketing figure); 0 where it is not known, and then
    /// no request for GPU memory fits there.
    mebibytes memory{};
    architecture generation = architecture::unknown; ///< Its architecture, if it is known.
    int sms = 0;                                     ///< Streaming multiprocessors; 0 where it is not known.
    /// Its MIG profiles, if any; their array must outlive the building of a cluster.
    gpupack::mig::geometry mig{};
    /// Its vGPU types, if any; their array must outlive the building of a cluster.
    gpupack::vgpu::board vgpu{};

    friend constexpr bool operator==(const gpu_model&, const gpu_model&) = default;
};

} // namespace gpupack
