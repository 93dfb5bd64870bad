// SPDX-License-Identifier: Apache-2.0
// The kernels that place a batch in its order, under a policy that looks at each GPU and at all that is expected.
#include <gpupack/gpu/detail/job_kernels.cuh>
#include <gpupack/gpu/detail/place_in_order.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/fgd.hpp>

using namespace gpupack;
using budgeted_policy = policy::fgd;
using preparation = policy::device_preparation_of<budgeted_policy>::view_type;
using key = gpu::key_under<budgeted_policy>;

/// Has the compiler generate them.
const void* budgeted_kernels(int nth) {
    return nth == 0 ? reinterpret_cast<const void*>(&gpu::detail::by_index<gpu::detail::enter_nodes<key, preparation>>)
                    : reinterpret_cast<const void*>(&gpu::detail::block_kernel<gpu::detail::place_in_order_job<key, preparation>>);
}
