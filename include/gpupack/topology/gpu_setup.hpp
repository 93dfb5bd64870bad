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
///
/// only             the one way in which they may be shared; idle: any
/// max_sharers      tasks on one GPU in slices, 1 to 255
/// memory_percent   what slices may be promised, in percent of the memory there is: 100 to 3200
/// compute_percent  the same of compute
/// reserve          MiB a GPU that slices never get: driver, ECC, contexts. Taken off before the percentage
/// numa             the NUMA node that they hang on, 0 to 15
/// labels           what requests may choose them by, beside the labels of their node
/// vgpu_sizes       whether vGPUs of different sizes may share a GPU
/// instances        the MIG instances that stand on each of them and are neither created nor destroyed; none: they
///                  come and go with the requests
struct gpu_setup {
    sharing only = sharing::idle;
    int max_sharers = 255;
    int memory_percent = 100;
    int compute_percent = 100;
    mebibytes reserve{};
    int numa = 0;
    std::vector<std::string> labels{};
    vgpu::sizes vgpu_sizes = vgpu::sizes::one_size;
    std::vector<mig::gpu_instance> instances{};

    friend bool operator==(const gpu_setup&, const gpu_setup&) = default;
};

} // namespace gpupack
