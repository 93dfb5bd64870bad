// SPDX-License-Identifier: Apache-2.0
// The kernels that find the best node, and choose GPUs on it, under a policy that looks at the sums of a node.
#include <gpupack/gpu/detail/decide_columns_kernel.cuh>
#include <gpupack/gpu/detail/decide_kernel.cuh>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>

using namespace gpupack;
using scorer = policy::scorer_of<decltype(policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}))>;
using on_type = gpu::detail::on_type_of<scorer>;

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// What rank_columns_kernel does for four nodes, and nothing else: a quarter of its instructions are those of a node.
GPUPACK_KERNEL four_nodes(cluster_view cluster, const type_row<on_type>* rows, found_node* best) {
    extern GPUPACK_SHARED __align__(16) unsigned char room[];
    auto* const mine = reinterpret_cast<type_row<on_type>*>(room);
    mine[threadIdx.x] = rows[threadIdx.x];
    __syncthreads();
    const auto sums = sums_of_four<false>::of(cluster, threadIdx.x);
    kept_row<on_type> row_of{mine};
    best[threadIdx.x] = best_of_sums(sums, row_of, threadIdx.x, best[threadIdx.x]);
}

} // namespace gpupack::gpu::detail

/// Has the compiler generate them.
const void* budgeted_kernels(int nth) {
    return nth == 0   ? reinterpret_cast<const void*>(&gpu::detail::rank_columns_kernel<false, on_type, policy::score>)
           : nth == 1 ? reinterpret_cast<const void*>(&gpu::detail::four_nodes)
           : nth == 2 ? reinterpret_cast<const void*>(&gpu::detail::decide_columns_kernel<false, on_type>)
                      : reinterpret_cast<const void*>(&gpu::detail::decide_kernel<scorer>);
}
