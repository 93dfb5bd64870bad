// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/fitting_gpus.hpp>
#include <gpupack/fit/instance.hpp>
#include <gpupack/fit/numa_span.hpp>
#include <gpupack/fit/prefilter.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>

namespace gpupack::inline GPUPACK_ABI::fit {

/// Whether the node is open and its free CPU and host memory would do; for a request without GPUs, also its labels.
[[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr bool host_fits(const node_view& node, const request& request) noexcept {
    return request.cpu <= node.cpu_free() && request.memory <= node.memory_free() && !node.closed() &&
           (request.gpus > 0 || request.labels.choose(node.type().labels));
}

/// Whether the node can take the request now.
///
/// Cost: a few comparisons, and a pass over the GPUs of the node where its sums leave the answer open.
[[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr bool fits(const node_view& node, const request& request) noexcept {
    if (!host_fits(node, request)) return false;
    if (request.gpus == 0) return true;
    const prefilter_result sums = prefilter_gpus(node, request);
    if (sums == prefilter_result::yes && request.numa <= numa_alignment::best_effort) return true;
    return sums != prefilter_result::no && gpus_suffice(node, request, fitting_gpus(node, request));
}

/// Whether the node can take the request now on exactly these GPUs, and for instances in these slots.
[[nodiscard]] GPUPACK_HD constexpr bool fits_on(const node_view& node, const request& request, gpu_set gpus,
                                                slot_list slots = {}) noexcept {
    if (!host_fits(node, request) || gpus.size() != request.gpus) return false;
    const gpu_set fitting = fitting_gpus(node, request);
    if (!fitting.contains(gpus) || !enough_together(node, request, gpus)) return false;
    if (numa_span(node, gpus) > widest_span(node, request, fitting)) return false;
    if (!in_profiles(request.share.way())) return true;
    bool free = true;
    for_each_gpu_indexed(gpus, [&](int nth, int i) {
        bool found = false;
        for_each_free_slot(node, i, request.share, [&](int slot) { found |= slot == slots[nth]; });
        free = free && found;
    });
    return free;
}

} // namespace gpupack::fit
