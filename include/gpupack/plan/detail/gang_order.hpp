// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share_rule.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/partition_table.hpp>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Whether what a request may get on a node depends on what came there before it, beyond what is free: members that share
/// a node with it must then be tried in every order.
///
/// That is so for a split slice, which fills the fullest GPU first; for an instance of the first profile that has a place,
/// where a GPU has several of them; for GPUs on as few NUMA nodes as are left; and for slices that a system's rule admits by
/// what is on the GPU.
[[nodiscard]] inline bool depends_on_order(const cluster& cluster, const request& request) noexcept {
    if (request.gpus == 0) return false;
    const share_rule rule = request.share.rule();
    if (request.share.is_split() || rule.compute_alone || rule.unshared || rule.counts_percent) return true;
    if (request.gpus > 1 && request.numa == numa_alignment::best_effort) return true;
    if (!in_profiles(request.share.way())) return false;
    for (const node_type& type : cluster.types())
        for (int i = 0; i < type.gpu_count; ++i) {
            const partition_table* const table = type.gpus[i].table(request.share.way());
            if (table != nullptr && count_bits(table->among(request.share.profiles())) > 1) return true;
        }
    return false;
}

} // namespace gpupack::plan::detail
