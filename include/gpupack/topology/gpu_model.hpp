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
///
/// model       the name that requests select by, unique in a model_table
/// memory      what the driver offers to tasks, in MiB (less than the marketing figure); 0 where it is not known,
///             and then no request for GPU memory fits there
/// generation  unknown where it is not
/// sms         streaming multiprocessors; 0 where it is not known
/// mig, vgpu   its profiles, where it has any; their arrays must outlive the building of a cluster
struct gpu_model {
    gpupack::name model;
    mebibytes memory{};
    architecture generation = architecture::unknown;
    int sms = 0;
    gpupack::mig::geometry mig{};
    gpupack::vgpu::board vgpu{};

    friend constexpr bool operator==(const gpu_model&, const gpu_model&) = default;
};

} // namespace gpupack
