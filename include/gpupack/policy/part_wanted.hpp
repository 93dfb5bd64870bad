// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Whether a request asks for GPU memory by itself, not as what a whole GPU or an instance has.
[[nodiscard]] GPUPACK_HD constexpr bool wants_gpu_memory(const request& request) noexcept {
    return request.gpus > 0 && request.share.way() == sharing::slices &&
           (request.share.memory().count() > 0 || request.share.memory_part() > 0);
}

/// What a request takes of the GPUs of a node: by memory alone its memory, by compute alone its compute, by both the
/// larger part. Of several models on the node, the first GPU's memory counts.
///
/// @param type     of the node where it would go; it has GPUs if the request wants some
/// @param request  what is placed
/// @return milli-GPUs, over all its GPUs: what node_view::part_free() falls by if its GPUs have nothing else on them
[[nodiscard]] GPUPACK_HD constexpr milli_gpu part_wanted(const node_type& type, const request& request) noexcept {
    if (!wants_gpu_memory(request)) return request.total_compute();
    const gpu_capacity& capacity = type.gpus[0];
    if (!request.share.is_split()) return milli_gpu{part_of(request.share, capacity)} * request.gpus;
    const milli_gpu memory{memory_part(request.share.total_memory().count(), capacity)};
    return request.total_compute() < memory ? memory : request.total_compute();
}

/// The same for a node of the type.
[[nodiscard]] GPUPACK_HD constexpr milli_gpu part_wanted(const node_view& node, const request& request) noexcept {
    return part_wanted(node.type(), request);
}

} // namespace gpupack::policy
