#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/exclusive.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::fit {

/// The GPUs of the node that could each serve the request now, by model and by what is free on them.
[[nodiscard]] GPUPACK_HD constexpr gpu_set fitting_gpus(const node_view& node, const request& asked) noexcept {
    if (asked.gpus == 0) return gpu_set{};
    const gpu_set wanted = node.kind().gpus_of(asked.models);
    if (asked.share.way() == sharing::exclusive) return gpus_for_exclusive(node, wanted);
    return gpus_for_slice(node, wanted, asked.share.memory(), asked.share.compute());
}

/// Whether the free CPU and host memory would do.
[[nodiscard]] GPUPACK_HD constexpr bool host_fits(const node_view& node, const request& asked) noexcept {
    return asked.cpu <= node.cpu_free() && asked.memory <= node.memory_free();
}

/// Whether the node can take the request now. Cost: a pass over its GPUs, fewer where the host is short.
[[nodiscard]] GPUPACK_HD constexpr bool fits(const node_view& node, const request& asked) noexcept {
    return host_fits(node, asked) && (asked.gpus == 0 || fitting_gpus(node, asked).size() >= asked.gpus);
}

/// Whether the node can take the request now on exactly these GPUs.
[[nodiscard]] GPUPACK_HD constexpr bool fits_on(const node_view& node, const request& asked,
                                                gpu_set gpus) noexcept {
    return host_fits(node, asked) && gpus.size() == asked.gpus && (fitting_gpus(node, asked) & gpus) == gpus;
}

} // namespace gpupack::fit
