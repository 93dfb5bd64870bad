// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::fit {

/// The GPUs of a node that are what the request asks for, whatever is free on them: by model, labels and id.
[[nodiscard]] GPUPACK_HD constexpr gpu_set wanted_gpus(const node_view& node, const request& request) noexcept {
    gpu_set wanted = node.type().gpus_of(request.models);
    if (!request.selects()) return wanted;
    for (int i = 0; i < node.gpu_count(); ++i)
        if (!request.labels.choose(node.capacity(i).labels)) wanted.erase(i);
    return request.ids.among(node.id(), wanted);
}

} // namespace gpupack::fit
