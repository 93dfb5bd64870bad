#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::fit {

/// The GPUs of a node that are what the request asks for, whatever is free on them: by model, labels and id.
[[nodiscard]] GPUPACK_HD constexpr gpu_set wanted_gpus(const node_view& node, const request& asked) noexcept {
    gpu_set wanted = node.kind().gpus_of(asked.models);
    if (!asked.selects()) return wanted;
    for (int i = 0; i < node.gpu_count(); ++i)
        if (!asked.labels.choose(node.capacity(i).labels)) wanted.erase(i);
    return asked.ids.among(node.id(), wanted);
}

} // namespace gpupack::fit
