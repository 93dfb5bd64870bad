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

/// The GPUs of the node that could each serve the request now, by what they are and by what is free on them.
[[nodiscard]] GPUPACK_HD constexpr gpu_set fitting_gpus(const node_view& node, const request& request) noexcept {
    if (request.gpus == 0) return gpu_set{};
    const gpu_set wanted = wanted_gpus(node, request);
    if (request.share.way() == sharing::exclusive) return gpus_for_exclusive(node, wanted);
    if (request.share.way() == sharing::slices) return gpus_for_slice(node, wanted, request.share);
    return gpus_for_instance(node, wanted, request.share);
}

/// Whether the node is open and its free CPU and host memory would do; for a request without GPUs, also its labels.
[[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr bool host_fits(const node_view& node,
                                                               const request& request) noexcept {
    return request.cpu <= node.cpu_free() && request.memory <= node.memory_free() && !node.closed() &&
           (request.gpus > 0 || request.labels.choose(node.type().labels));
}

/// Whether the GPUs have the memory of a split slice together; true for other requests.
[[nodiscard]] GPUPACK_HD constexpr bool enough_together(const node_view& node, const request& request,
                                                        gpu_set gpus) noexcept {
    if (!request.share.is_split()) return true;
    std::int64_t free = 0;
    for_each_gpu(gpus, [&](int i) { free += node.gpu(i).memory_free; });
    return free >= request.share.total_memory().count();
}

/// Of GPUs that could each serve the request, as many as it asks for with the most memory free; ties: lower GPU.
[[nodiscard]] GPUPACK_HD constexpr gpu_set emptiest_gpus(const node_view& node, const request& request,
                                                         gpu_set fitting) noexcept {
    gpu_set chosen;
    for (int taken = 0; taken < request.gpus && !fitting.empty(); ++taken) {
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

namespace detail {

/// What the sums of a node tell about whether its GPUs would do.
enum class glance : std::uint8_t { no, yes, unclear };

/// No where nothing is idle and no GPU in instances has a place, as far as one table tells.
[[nodiscard]] GPUPACK_HD constexpr glance glance_at_instances(const node_view& node, const share& request) noexcept {
    const partition_table* const table = request.way() == sharing::mig ? node.type().mig : node.type().vgpu;
    if (table == nullptr || node.idle_gpus() > 0) return glance::unclear;
    return (node.open_profiles() & fold_profiles(table->among(request.profiles()))) == 0 ? glance::no
                                                                                       : glance::unclear;
}

[[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr glance glance_at_gpus(const node_view& node,
                                                                      const request& request) noexcept {
    const bool enough_idle = node.idle_gpus() >= request.gpus;
    const bool any_model = (node.type().models.bits() & ~request.models.bits()) == 0 && !request.selects();
    if (request.share.way() == sharing::exclusive) {
        if (!enough_idle) return glance::no;
        return any_model ? glance::yes : glance::unclear;
    }
    if (in_profiles(request.share.way())) return glance_at_instances(node, request.share);
    if (node.slice_compute() < request.share.compute() || node.slice_memory() < request.share.memory())
        return glance::no;
    if (request.share.is_split()) return glance::unclear;
    // A slice that every idle GPU has room for. A percentage of one's own memory always is.
    const bool idle_will_do = request.share.memory() <= mebibytes{node.type().least_gpu_memory};
    return enough_idle && any_model && idle_will_do && node.type().any_way ? glance::yes : glance::unclear;
}

} // namespace detail

/// Whether the node can take the request now. Cost: a few comparisons; a pass over its GPUs where the sums of the
/// node leave it open.
[[nodiscard, GPUPACK_HOT]] GPUPACK_HD constexpr bool fits(const node_view& node, const request& request) noexcept {
    if (!host_fits(node, request)) return false;
    if (request.gpus == 0) return true;
    const detail::glance seen = detail::glance_at_gpus(node, request);
    if (seen == detail::glance::yes && request.numa <= numa_alignment::best_effort) return true;
    return seen != detail::glance::no && gpus_suffice(node, request, fitting_gpus(node, request));
}

/// Whether the node can take the request now on exactly these GPUs, and for instances in these slots.
[[nodiscard]] GPUPACK_HD constexpr bool fits_on(const node_view& node, const request& request, gpu_set gpus,
                                                slot_list slots = {}) noexcept {
    if (!host_fits(node, request) || gpus.size() != request.gpus) return false;
    const gpu_set fitting = fitting_gpus(node, request);
    if (!((fitting & gpus) == gpus) || !enough_together(node, request, gpus)) return false;
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
