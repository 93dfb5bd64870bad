// SPDX-License-Identifier: Apache-2.0
// The kernel that finds the best node under lookahead, which no other policy is as large as.
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/policy/lookahead.hpp>

using namespace gpupack;

/// Has the compiler generate it.
const void* budgeted_kernel() {
    return reinterpret_cast<const void*>(&gpu::detail::rank_kernel<policy::scorer_of<policy::lookahead>>);
}
