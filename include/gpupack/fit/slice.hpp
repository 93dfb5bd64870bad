// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Whether a slice of that memory and compute fits on a GPU now: it takes slices and has both amounts free.
[[nodiscard]] GPUPACK_HD constexpr bool slice_fits(const gpu_state& gpu, mebibytes memory, milli_gpu compute) noexcept {
    return takes_slices(gpu) && gpu.compute_free >= compute.count() && gpu.memory_free >= memory.count();
}

/// Those of some GPUs of a node on which a slice fits now.
[[nodiscard]] GPUPACK_HD constexpr gpu_set gpus_for_slice(const node_view& node, gpu_set gpus,
                                                          const share& share) noexcept {
    gpu_set fitting;
    const bool needs_memory = share.memory_part() > 0;
    const bool plain = share.rule().is_plain();
    for (int i = 0; i < node.gpu_count(); ++i) {
        if (needs_memory && node.capacity(i).memory == 0) continue; // a part of what nobody knows
        const mebibytes memory{share.memory_of(node.capacity(i).memory)};
        if (!gpus.contains(i) || !slice_fits(node.gpu(i), memory, share.compute())) continue;
        if (plain || rule_admits(node.gpu(i), node.capacity(i), share)) fitting.insert(i);
    }
    return fitting;
}

} // namespace gpupack::fit
