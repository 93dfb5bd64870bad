// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/sharing.hpp>
#include <gpupack/topology/vgpu.hpp>

#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// How the operator of a node has set up some GPUs. The default lets an idle GPU be shared in any way, with nothing
/// promised twice.
struct gpu_setup {
    sharing only = sharing::idle; ///< The one way in which they may be shared; idle: any.
    int max_sharers = 255;        ///< Tasks on one GPU in slices, 1 to 65535.
    int memory_percent = 100;     ///< What slices may be promised, in percent of the memory there is: 100 to 3200.
    int compute_percent = 100;    ///< The same of compute.
    /// MiB a GPU that slices never get: driver, ECC, contexts. Taken off before the percentage.
    mebibytes reserve{};
    int numa = 0;                      ///< The NUMA node that they hang on, 0 to 15.
    std::vector<std::string> labels{}; ///< What requests may choose them by, beside the labels of their node.
    vgpu::sizes vgpu_sizes = vgpu::sizes::one_size; ///< Whether vGPUs of different sizes may share a GPU.
    /// The MIG instances that stand on each of them and are neither created nor destroyed; none: they come and go
    /// with the requests.
    std::vector<mig::gpu_instance> instances{};

    friend bool operator==(const gpu_setup&, const gpu_setup&) = default;
};

} // namespace gpupack
