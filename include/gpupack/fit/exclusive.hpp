// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Those of some GPUs of a node that can be given whole: with nothing on them, and not closed.
[[nodiscard]] GPUPACK_HD constexpr gpu_set gpus_for_exclusive(const node_view& node, gpu_set gpus) noexcept {
    gpu_set fitting;
    for (int i = 0; i < node.gpu_count(); ++i)
        if (gpus.contains(i) && is_free_whole(node.gpu(i))) fitting.insert(i);
    return fitting;
}

} // namespace gpupack::fit
