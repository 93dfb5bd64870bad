// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// One GPU in one dimension, as systems see it that know a single amount a GPU: how much it has, how much of that is
/// in use, and how much the request takes of it.
struct gpu_load {
    policy::score capacity = 0; ///< What it can give in all.
    policy::score used = 0;     ///< What is in use.
    policy::score request = 0;  ///< What is asked for.
};

/// The load of one GPU in the dimension that the request counts in: MiB where memory is asked for, or instances, or
/// whole GPUs; milli-GPUs for slices of compute alone, and on GPUs whose memory is not known.
[[nodiscard]] GPUPACK_HD constexpr gpu_load load_of(const node_view& node, int gpu, const request& request) noexcept {
    const gpu_capacity& capacity = node.capacity(gpu);
    const gpu_state& state = node.gpu(gpu);
    const share& wanted = request.share;
    const bool whole = wanted.way() == sharing::exclusive;
    const bool compute_alone = !whole && wanted.memory().count() == 0 && wanted.memory_part() == 0;
    if (compute_alone || capacity.memory == 0)
        return {capacity.compute, capacity.compute - state.compute_free, wanted.compute().count()};
    const policy::score memory = whole ? capacity.memory : wanted.memory_of(capacity.memory);
    return {capacity.memory, capacity.memory - state.memory_free, memory};
}

} // namespace gpupack::dialect
