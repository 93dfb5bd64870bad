// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::inline GPUPACK_ABI::fit {

namespace detail {

/// How many GPUs among `wanted` are open and may, if they have nothing on them, be shared as asked.
[[nodiscard]] GPUPACK_HD constexpr int shareable_gpus(const node_view& node, gpu_set wanted,
                                                      const share& request) noexcept {
    int count = 0;
    for (int i = 0; i < node.gpu_count(); ++i) {
        if (!wanted.contains(i) || node.gpu(i).closed) continue;
        const gpu_capacity& of = node.capacity(i);
        const bool right_way = of.only == sharing::idle || of.only == request.way();
        const partition_table* const table = in_profiles(request.way()) ? of.table(request.way()) : nullptr;
        const bool has_profile = table != nullptr && (table->among(request.profiles()) & table->open_when_idle) != 0;
        if (right_way && (has_profile || !in_profiles(request.way()))) ++count;
    }
    return count;
}

/// The first reason that lies with the GPUs of a node of which too few fit.
[[nodiscard]] GPUPACK_HD constexpr reason why_not_its_gpus(const node_view& node, const request& request,
                                                           gpu_set wanted) noexcept {
    if (shareable_gpus(node, wanted, request.share) < request.gpus) return reason::unshareable;
    if (request.numa != numa_alignment::none && fitting_gpus(node, request).size() >= request.gpus) return reason::numa;
    if (request.share.way() == sharing::exclusive) return reason::idle_gpus;
    if (in_profiles(request.share.way())) return reason::no_place;
    if (gpus_for_slice(node, wanted, slice{}).size() < request.gpus) return reason::sharers;
    const gpu_set with_compute = gpus_for_slice(node, wanted, slice{mebibytes{0}, request.share.compute()});
    return with_compute.size() < request.gpus ? reason::gpu_compute : reason::gpu_memory;
}

} // namespace detail

/// The first reason, in the order of fit::reason, why the node cannot take the request now; none where it can.
[[nodiscard]] GPUPACK_HD constexpr reason why_not(const node_view& node, const request& request) noexcept {
    if (node.closed()) return reason::closed;
    if (request.gpus > 0) {
        if (node.type().gpus_of(request.models).empty()) return reason::model;
        const gpu_set wanted = wanted_gpus(node, request);
        if (wanted.empty()) return reason::selector;
        if (wanted.size() < request.gpus) return reason::gpu_count;
        if (!gpus_suffice(node, request, fitting_gpus(node, request)))
            return detail::why_not_its_gpus(node, request, wanted);
    } else if (!request.labels.choose(node.type().labels)) {
        return reason::selector;
    }
    if (request.cpu > node.cpu_free()) return reason::cpu;
    if (request.memory > node.memory_free()) return reason::memory;
    return reason::none;
}

} // namespace gpupack::fit
