#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

namespace gpupack::fit {

namespace detail {

/// How many GPUs among `wanted` are open and may, if they have nothing on them, be shared as asked.
[[nodiscard]] GPUPACK_HD constexpr int shareable_gpus(const node_view& node, gpu_set wanted,
                                                      const share& asked) noexcept {
    int count = 0;
    for (int i = 0; i < node.gpu_count(); ++i) {
        if (!wanted.contains(i) || node.gpu(i).closed) continue;
        const gpu_capacity& of = node.capacity(i);
        const bool right_way = of.only == sharing::idle || of.only == asked.way();
        const partition_table* const table = in_profiles(asked.way()) ? of.table(asked.way()) : nullptr;
        const bool has_profile = table != nullptr && (table->among(asked.profiles()) & table->open_when_idle) != 0;
        if (right_way && (has_profile || !in_profiles(asked.way()))) ++count;
    }
    return count;
}

/// The first reason that lies with the GPUs of a node of which too few fit.
[[nodiscard]] GPUPACK_HD constexpr reason why_not_its_gpus(const node_view& node, const request& asked,
                                                           gpu_set wanted) noexcept {
    if (shareable_gpus(node, wanted, asked.share) < asked.gpus) return reason::unshareable;
    if (asked.numa != numa_alignment::none && fitting_gpus(node, asked).size() >= asked.gpus) return reason::numa;
    if (asked.share.way() == sharing::exclusive) return reason::idle_gpus;
    if (in_profiles(asked.share.way())) return reason::no_place;
    if (gpus_for_slice(node, wanted, slice{}).size() < asked.gpus) return reason::sharers;
    const gpu_set with_compute = gpus_for_slice(node, wanted, slice{mebibytes{0}, asked.share.compute()});
    return with_compute.size() < asked.gpus ? reason::gpu_compute : reason::gpu_memory;
}

} // namespace detail

/// The first reason, in the order of fit::reason, why the node cannot take the request now; none where it can.
[[nodiscard]] GPUPACK_HD constexpr reason why_not(const node_view& node, const request& asked) noexcept {
    if (node.closed()) return reason::closed;
    if (asked.gpus > 0) {
        if (node.kind().gpus_of(asked.models).empty()) return reason::model;
        const gpu_set wanted = wanted_gpus(node, asked);
        if (wanted.empty()) return reason::selector;
        if (wanted.size() < asked.gpus) return reason::gpu_count;
        if (!gpus_suffice(node, asked, fitting_gpus(node, asked)))
            return detail::why_not_its_gpus(node, asked, wanted);
    } else if (!asked.labels.choose(node.kind().labels)) {
        return reason::selector;
    }
    if (asked.cpu > node.cpu_free()) return reason::cpu;
    if (asked.memory > node.memory_free()) return reason::memory;
    return reason::none;
}

} // namespace gpupack::fit
