// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/exclusive.hpp>
#include <gpupack/fit/instance.hpp>
#include <gpupack/fit/numa_span.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/fit/wanted_gpus.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Those of some GPUs of the node that could each serve the request now, by what is free on them.
[[nodiscard]] GPUPACK_HD constexpr gpu_set fitting_among(const node_view& node, const request& request,
                                                         gpu_set gpus) noexcept {
    if (request.share.way() == sharing::exclusive) return gpus_for_exclusive(node, gpus);
    if (request.share.way() == sharing::slices) return gpus_for_slice(node, gpus, request.share);
    return gpus_for_instance(node, gpus, request.share);
}

/// The GPUs of the node that could each serve the request now, by what they are and by what is free on them.
[[nodiscard]] GPUPACK_HD constexpr gpu_set fitting_gpus(const node_view& node, const request& request) noexcept {
    if (request.gpus == 0) return gpu_set{};
    return fitting_among(node, request, wanted_gpus(node, request));
}

/// Whether the GPUs have the memory of a split slice together; true for other requests.
[[nodiscard]] GPUPACK_HD constexpr bool enough_together(const node_view& node, const request& request,
                                                        gpu_set gpus) noexcept {
    if (!request.share.is_split() || request.gpus == 0) return true; // without GPUs, a share means nothing
    std::int64_t free = 0;
    for_each_gpu(gpus, [&](int i) { free += node.gpu(i).memory_free; });
    return free >= request.share.total_memory().count();
}

/// Of GPUs that could each serve the request, as many as it asks for with the most memory free; ties to the lower GPU.
[[nodiscard]] GPUPACK_HD constexpr gpu_set emptiest_gpus(const node_view& node, const request& request,
                                                         gpu_set fitting) noexcept {
    gpu_set chosen;
    for (int count = 0; count < request.gpus && !fitting.empty(); ++count) {
        int emptiest = fitting.lowest();
        for_each_gpu(fitting, [&](int i) {
            if (node.gpu(i).memory_free > node.gpu(emptiest).memory_free) emptiest = i;
        });
        chosen.insert(emptiest);
        fitting.erase(emptiest);
    }
    return chosen;
}

/// Whether enough of these GPUs, each of which could serve the request, serve it together.
[[nodiscard]] GPUPACK_HD constexpr bool gpus_suffice(const node_view& node, const request& request,
                                                     gpu_set fitting) noexcept {
    if (fitting.size() < request.gpus) return false;
    if (request.numa > numa_alignment::best_effort &&
        most_on_numa_nodes(node, fitting, widest_span(node, request, fitting)) < request.gpus)
        return false;
    return !request.share.is_split() || enough_together(node, request, emptiest_gpus(node, request, fitting));
}

} // namespace gpupack::fit
