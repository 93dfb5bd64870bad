// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::fit {

/// The GPUs of a node that the request accepts by model, labels and id, whatever is free on them.
[[nodiscard]] GPUPACK_HD constexpr gpu_set wanted_gpus(const node_view& node, const request& request) noexcept {
    gpu_set gpus = node.type().gpus_of(request.models);
    if (!request.selects()) return gpus;
    for (int i = 0; i < node.gpu_count(); ++i)
        if (!request.labels.choose(node.capacity(i).labels)) gpus.erase(i);
    return request.ids.among(node.id(), gpus);
}

} // namespace gpupack::fit
