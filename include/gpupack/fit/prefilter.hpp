// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Whether the GPUs of a node would do, as far as the sums of the node tell.
enum class prefilter_result : std::uint8_t {
    no,     ///< they would not
    yes,    ///< they would, but for NUMA alignment
    unclear ///< each GPU has to be looked at
};

/// Asks the sums of a node about instances (MIG, vGPU): no where no GPU is idle and none has a place left.
[[nodiscard]] GPUPACK_HD constexpr prefilter_result prefilter_instances(const node_view& node,
                                                                        const share& share) noexcept {
    const partition_table* const table = share.way() == sharing::mig ? node.type().mig : node.type().vgpu;
    if (table == nullptr || node.idle_gpus() > 0) return prefilter_result::unclear;
    const std::uint32_t profiles = fold_profiles(table->among(share.profiles()));
    return (node.open_profiles() & profiles) == 0 ? prefilter_result::no : prefilter_result::unclear;
}

/// Asks the sums of a node whether its GPUs would do. Cost: a few comparisons; it reads no GPU.
[[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr prefilter_result prefilter_gpus(const node_view& node,
                                                                                const request& request) noexcept {
    const bool enough_idle = node.idle_gpus() >= request.gpus;
    const bool any_model = (node.type().models.bits() & ~request.models.bits()) == 0 && !request.selects();
    if (request.share.way() == sharing::exclusive) {
        if (!enough_idle) return prefilter_result::no;
        return any_model ? prefilter_result::yes : prefilter_result::unclear;
    }
    if (in_profiles(request.share.way())) return prefilter_instances(node, request.share);
    if (node.slice_compute() < request.share.compute() || node.slice_memory() < request.share.memory())
        return prefilter_result::no;
    if (request.share.is_split()) return prefilter_result::unclear;
    // A slice that every idle GPU can hold. A percentage of its own memory is one where that memory is known.
    const std::int64_t least_memory = request.share.memory_part() > 0 ? 1 : request.share.memory().count();
    const bool idle_will_do = least_memory <= node.type().least_gpu_memory;
    const bool yes = enough_idle && any_model && idle_will_do && node.type().any_way;
    return yes ? prefilter_result::yes : prefilter_result::unclear;
}

} // namespace gpupack::fit
