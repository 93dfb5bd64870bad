// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/slot_list.hpp>
#include <gpupack/state/split.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// Takes resources from one node, on GPUs and in slots that are known to be right. Does not sum up the GPUs.
///
/// @param node  the node
/// @param gpus  [type.gpu_count] the GPUs of the node
/// @param type  the type of the node
/// @param cpu  CPU of the host
/// @param memory  memory of the host
/// @param share  what is taken of each GPU; of an instance its way counts
/// @param selected  the GPUs to take
/// @param slots  for instances, the slot on each of them
/// @param pieces  for a split slice, what each GPU gives
GPUPACK_HD constexpr void book_pieces(node_state& node, gpu_state* gpus, const node_type& type, milli_cpu cpu,
                                      mebibytes memory, const share& share, gpu_set selected, slot_list slots,
                                      const split_memory& pieces) noexcept {
    node.cpu_free -= static_cast<std::int32_t>(cpu.count());
    node.memory_free -= static_cast<std::int32_t>(memory.count());
    const int width = selected.size();
    for_each_gpu_indexed(selected, [&](int nth, int i) {
        const int slot = in_profiles(share.way()) ? slots[nth] : 0;
        gpus[i] = after_taking(gpus[i], piece_of(share, pieces, nth), type.gpus[i], width, slot);
    });
}

/// Takes the resources of a request from one node, on GPUs and in slots where it fits. Does not sum up the GPUs.
///
/// @param node  the node
/// @param gpus  [type.gpu_count] the GPUs of the node
/// @param type  the type of the node
/// @param request  the request
/// @param selected  the GPUs to take
/// @param slots  for instances, the slot on each of them
/// @return what each GPU gives to a split slice; zeros for anything else
GPUPACK_HD constexpr split_memory book(node_state& node, gpu_state* gpus, const node_type& type, const request& request,
                                       gpu_set selected, slot_list slots) noexcept {
    split_memory pieces;
    if (request.share.is_split()) pieces = split_over(gpus, selected, request.share);
    book_pieces(node, gpus, type, request.cpu, request.memory, request.share, selected, slots, pieces);
    return pieces;
}

/// Gives back to one node what book() or book_pieces() took from it. Does not sum up the GPUs.
///
/// @param node  the node
/// @param gpus  [type.gpu_count] the GPUs of the node
/// @param type  the type of the node
/// @param cpu  CPU of the host
/// @param memory  memory of the host
/// @param share  what was taken of each GPU, as the request said; of an instance only its way counts
/// @param selected  the GPUs that were taken
/// @param slots  for instances, the slot on each of them
/// @param pieces  what book() returned
GPUPACK_HD constexpr void unbook(node_state& node, gpu_state* gpus, const node_type& type, milli_cpu cpu,
                                 mebibytes memory, const share& share, gpu_set selected, slot_list slots,
                                 const split_memory& pieces) noexcept {
    node.cpu_free += static_cast<std::int32_t>(cpu.count());
    node.memory_free += static_cast<std::int32_t>(memory.count());
    for_each_gpu_indexed(selected, [&](int nth, int i) {
        const int slot = in_profiles(share.way()) ? slots[nth] : 0;
        gpus[i] = after_giving_back(gpus[i], piece_of(share, pieces, nth), type.gpus[i], slot);
    });
}

} // namespace gpupack
