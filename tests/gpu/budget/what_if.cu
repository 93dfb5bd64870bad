// SPDX-License-Identifier: Apache-2.0
// The kernel that makes what-if replays whose scores are bytes.
#include <gpupack/gpu/detail/job_kernels.cuh>
#include <gpupack/gpu/detail/what_if_job.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/fgd.hpp>

using namespace gpupack;
using job = gpu::detail::what_if_job<gpu::key_under<policy::fgd>, policy::scorer_of<policy::fgd>, true>;

/// Has the compiler generate it.
const void* budgeted_kernel() {
    return reinterpret_cast<const void*>(&gpu::detail::blocks_kernel<job>);
}
