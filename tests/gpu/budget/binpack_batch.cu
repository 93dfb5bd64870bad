// SPDX-License-Identifier: Apache-2.0
// The kernels that place a batch in its order, under a policy that looks at the sums of a node.
#include <gpupack/gpu/detail/job_kernels.cuh>
#include <gpupack/gpu/detail/place_in_order.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

using namespace gpupack;
using budgeted_policy = decltype(policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}));
using preparation = policy::device_preparation_of<budgeted_policy>::view_type;
using key = gpu::key_under<budgeted_policy>;

/// Has the compiler generate them.
const void* budgeted_kernels(int nth) {
    return nth == 0 ? reinterpret_cast<const void*>(&gpu::detail::by_index<gpu::detail::enter_nodes<key, preparation>>)
                    : reinterpret_cast<const void*>(&gpu::detail::block_kernel<gpu::detail::place_in_order_job<key, preparation>>);
}
