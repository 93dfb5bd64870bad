// SPDX-License-Identifier: Apache-2.0
// The kernels that find the best node under a policy that looks at each GPU and at all that is expected: where GPUs of a node
// are alike, and else.
#include <gpupack/gpu/detail/rank_falls_kernel.cuh>
#include <gpupack/policy/fgd.hpp>

using namespace gpupack;

/// Has the compiler generate them.
const void* budgeted_kernels(int nth) {
    using scorer = policy::scorer_of<policy::fgd>;
    return nth == 0   ? reinterpret_cast<const void*>(&gpu::detail::rank_falls_kernel<scorer, 16, std::int32_t>)
           : nth == 1 ? reinterpret_cast<const void*>(&gpu::detail::rank_falls_kernel<scorer, 32, std::int64_t>)
                      : reinterpret_cast<const void*>(&gpu::detail::rank_kernel<scorer>);
}
