// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/refusal.hpp>
#include <gpupack/state/slot_list.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// Why one more task cannot take its share of a GPU now; none where it can. Whether the GPU is closed is not asked.
///
/// @param gpu       its state
/// @param capacity  what it can give
/// @param share     what the task takes of it
/// @param slot      for an instance, the slot of the GPU's table
[[nodiscard]] GPUPACK_HD constexpr refusal refusal_of_gpu(const gpu_state& gpu, const gpu_capacity& capacity,
                                                          const share& share, int slot) noexcept {
    const bool free_to_choose = gpu.way == sharing::idle || gpu.sharers() == 0;
    if (capacity.only != sharing::idle && capacity.only != share.way()) return refusal::sharing;
    if (share.way() == sharing::exclusive) return free_to_choose ? refusal::none : refusal::sharing;
    if (!free_to_choose && gpu.way != share.way()) return refusal::sharing;
    if (share.way() == sharing::slices) {
        if (gpu.sharers_at_limit) return refusal::sharers;
        if (gpu.compute_free < share.compute().count()) return refusal::gpu_compute;
        const bool unknown = share.memory_part() > 0 && capacity.memory == 0;
        if (unknown || gpu.memory_free < share.memory_of(capacity.memory)) return refusal::gpu_memory;
        if (share.rule().is_plain() || rule_admits(gpu, capacity, share)) return refusal::none;
        return share.rule().unshared         ? refusal::sharers
               : share.rule().counts_percent ? refusal::gpu_memory
                                             : refusal::gpu_compute;
    }
    const partition_table* const table = capacity.table(share.way());
    if (table == nullptr) return refusal::sharing;
    if (slot >= table->slot_count) return refusal::placement;
    const bool will_do = (table->among(share.profiles()) >> table->slots[slot].profile & 1U) != 0;
    const std::uint64_t occupied = in_profiles(gpu.way) ? gpu.occupied() : 0;
    return will_do && table->is_free(slot, occupied) ? refusal::none : refusal::placement;
}

/// Why a node cannot take a request on these GPUs, and for instances in these slots; none where it can.
///
/// It is what cluster::take() checks: everything that makes a node take more than it has, or what the request does not
/// accept. fit::fits_on() asks for more: a request that is aligned as well as its GPUs allow is refused where fewer NUMA
/// nodes would do.
///
/// @param node     the node
/// @param request  a valid request
/// @param gpus     GPUs of the node
/// @param slots    for instances, the slot on each of them
[[nodiscard]] GPUPACK_HD constexpr refusal refusal_of(const node_view& node, const request& request, gpu_set gpus,
                                                      slot_list slots) noexcept {
    if (node.closed()) return refusal::closed;
    if (gpus.size() != request.gpus) return refusal::gpu_count;
    if (!gpu_set::first(node.gpu_count()).contains(gpus)) return refusal::no_such_gpu;
    if (request.cpu > node.cpu_free()) return refusal::cpu;
    if (request.memory > node.memory_free()) return refusal::memory;
    if (request.gpus == 0) return request.labels.choose(node.type().labels) ? refusal::none : refusal::unwanted;
    if (!node.type().gpus_of(request.models).contains(gpus) || !(request.ids.among(node.id(), gpus) == gpus))
        return refusal::unwanted;
    refusal found = refusal::none;
    std::int64_t together = 0;
    std::uint32_t numa_nodes = 0;
    for_each_gpu_indexed(gpus, [&](int nth, int i) {
        const gpu_state& gpu = node.gpu(i);
        const gpu_capacity& capacity = node.capacity(i);
        if (!request.labels.choose(capacity.labels)) found = refusal::unwanted;
        if (gpu.closed) found = refusal::closed;
        const int slot = in_profiles(request.share.way()) ? slots[nth] : 0;
        if (const refusal why = refusal_of_gpu(gpu, capacity, request.share, slot); why != refusal::none) found = why;
        together += gpu.memory_free;
        numa_nodes |= 1U << capacity.numa;
    });
    if (found != refusal::none) return found;
    if (request.share.is_split() && together < request.share.total_memory().count()) return refusal::gpu_memory;
    if (request.numa == numa_alignment::single && (numa_nodes & (numa_nodes - 1)) != 0) return refusal::numa;
    return refusal::none;
}

} // namespace gpupack
