// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fitting_gpus.hpp>
#include <gpupack/fit/numa_span.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/shortfall.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/fit/wanted_gpus.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// What becomes of a request on one node, and what stands in its way.
struct diagnosis {
    reason why = reason::none; ///< the first reason why the node cannot take the request now; none where it can
    gpu_set fitting{}; ///< the GPUs that could each serve the request now; empty where the node itself will not do
    bool could_serve = false; ///< whether the node would take the request if enough were free there
    shortfall lack{};         ///< what is missing, where the node could serve the request and does not
};

namespace detail {

/// What is missing of an amount.
template <class Amount> [[nodiscard]] GPUPACK_HD constexpr Amount missing(Amount request, Amount free) noexcept {
    return request > free ? request - free : Amount{0};
}

/// How many of some GPUs may be shared as the request wants it, once nothing is on them.
///
/// @param closed_too  whether closed ones count
[[nodiscard]] GPUPACK_HD constexpr int shareable_gpus(const node_view& node, gpu_set gpus, const share& share,
                                                      bool closed_too = false) noexcept {
    int count = 0;
    for_each_gpu(gpus, [&](int i) {
        if ((node.gpu(i).closed && !closed_too) || (share.memory_part() > 0 && node.capacity(i).memory == 0)) return;
        const gpu_capacity& capacity = node.capacity(i);
        const bool may_be_shared_so = capacity.only == sharing::idle || capacity.only == share.way();
        const partition_table* const table = in_profiles(share.way()) ? capacity.table(share.way()) : nullptr;
        const bool has_profile = table != nullptr && (table->among(share.profiles()) & table->open_when_idle) != 0;
        if (may_be_shared_so && (has_profile || !in_profiles(share.way()))) ++count;
    });
    return count;
}

/// How many of some GPUs are in instances of that way for good.
[[nodiscard]] GPUPACK_HD constexpr int gpus_in_way(const node_view& node, gpu_set gpus, sharing way) noexcept {
    int count = 0;
    for_each_gpu(gpus, [&](int i) { count += in_profiles(way) && node.capacity(i).only == way ? 1 : 0; });
    return count;
}

/// The first reason that lies with the GPUs of a node, of which too few fit.
[[nodiscard]] GPUPACK_HD constexpr reason reason_of_gpus(const node_view& node, const request& request,
                                                         gpu_set accepted, gpu_set fitting) noexcept {
    if (shareable_gpus(node, accepted, request.share, true) < request.gpus)
        return gpus_in_way(node, accepted, request.share.way()) < request.gpus ? reason::unshareable : reason::profiles;
    if (shareable_gpus(node, accepted, request.share) < request.gpus) return reason::closed_gpus;
    if (request.numa != numa_alignment::none && fitting.size() >= request.gpus) return reason::numa;
    if (request.share.way() == sharing::exclusive) return reason::idle_gpus;
    if (in_profiles(request.share.way())) return reason::no_place;
    if (gpus_for_slice(node, accepted, slice{}).size() < request.gpus) return reason::sharers;
    if (request.share.rule().unshared &&
        gpus_for_slice(node, accepted, slice{.rule = {.unshared = true}}).size() < request.gpus)
        return reason::idle_gpus;
    const slice compute_alone{.compute = request.share.compute(),
                              .rule = {.compute_alone = request.share.rule().compute_alone}};
    const gpu_set with_compute = gpus_for_slice(node, accepted, compute_alone);
    return with_compute.size() < request.gpus ? reason::gpu_compute : reason::gpu_memory;
}

/// Adds what is missing for a slice on each of request.gpus GPUs, on the GPUs that lack least.
GPUPACK_HD constexpr void add_slice_shortfall(shortfall& lack, const node_view& node, const request& request,
                                              gpu_set accepted) noexcept {
    gpu_set open;
    for_each_gpu(accepted, [&](int i) {
        if (takes_slices(node.gpu(i))) open.insert(i);
    });
    lack.gpus = open.size() < request.gpus ? request.gpus - open.size() : 0;
    for (int count = 0; count < request.gpus && !open.empty(); ++count) {
        int nearest = -1;
        std::int64_t least = 0;
        for_each_gpu(open, [&](int i) {
            const milli_gpu compute = missing(request.share.compute(), milli_gpu{node.gpu(i).compute_free});
            const mebibytes slice_memory{request.share.memory_of(node.capacity(i).memory)};
            const mebibytes memory = missing(slice_memory, mebibytes{node.gpu(i).memory_free});
            const std::int64_t distance =
                missing_part(compute, request.share.compute()) + missing_part(memory, slice_memory);
            if (nearest >= 0 && distance >= least) return;
            nearest = i;
            least = distance;
            lack.compute = compute;
            lack.gpu_memory = memory;
        });
        open.erase(nearest);
    }
}

/// Adds what the GPUs lack.
GPUPACK_HD constexpr void add_gpu_shortfall(shortfall& lack, const node_view& node, const request& request,
                                            gpu_set accepted, gpu_set fitting) noexcept {
    const bool enough = fitting.size() >= request.gpus;
    if (request.share.is_split() && enough) {
        mebibytes free{};
        const gpu_set emptiest = emptiest_gpus(node, request, fitting);
        for_each_gpu(emptiest, [&](int i) { free += mebibytes{node.gpu(i).memory_free}; });
        lack.gpu_memory = missing(request.share.total_memory(), free);
    } else if (request.share.way() == sharing::slices) {
        add_slice_shortfall(lack, node, request, accepted);
        // Where all amounts are there, the rule of sharing refuses GPUs: they would have to become idle.
        const bool amounts_suffice = lack.gpus == 0 && lack.compute == milli_gpu{0} && lack.gpu_memory == mebibytes{0};
        if (!enough && amounts_suffice) lack.gpus = request.gpus - fitting.size();
    } else if (!enough) {
        lack.gpus = request.gpus - fitting.size();
    }
    if (!enough) return;
    const int together = most_on_numa_nodes(node, fitting, widest_span(node, request, fitting));
    if (together < request.gpus) lack.gpus = request.gpus - together;
}

} // namespace detail

/// Tells which GPUs of a node fit, the first reason why it cannot take the request now, in the order of fit::reason, and
/// what it lacks.
///
/// Cost: a few passes over the GPUs of the node. Where only yes or no matters, fit::fits is faster.
[[nodiscard]] GPUPACK_HD constexpr diagnosis diagnose(const node_view& node, const request& request) noexcept {
    diagnosis result;
    result.lack.node = node.id();
    const auto because = [&](reason why) {
        result.why = why;
        return result;
    };
    if (node.closed()) return because(reason::closed);
    gpu_set accepted;
    if (request.gpus > 0) {
        if (node.type().gpus_of(request.models).empty()) return because(reason::model);
        accepted = wanted_gpus(node, request);
        if (accepted.empty()) return because(reason::selector);
        if (accepted.size() < request.gpus) return because(reason::gpu_count);
        result.fitting = fitting_among(node, request, accepted);
        if (!gpus_suffice(node, request, result.fitting))
            result.why = detail::reason_of_gpus(node, request, accepted, result.fitting);
        if (result.why >= reason::unshareable && result.why <= reason::closed_gpus) return result;
    } else if (!request.labels.choose(node.type().labels)) {
        return because(reason::selector);
    }
    result.could_serve = true;
    if (result.why == reason::none && request.cpu > node.cpu_free()) result.why = reason::cpu;
    if (result.why == reason::none && request.memory > node.memory_free()) result.why = reason::memory;
    if (result.why == reason::none) return result;
    result.lack.cpu = detail::missing(request.cpu, node.cpu_free());
    result.lack.memory = detail::missing(request.memory, node.memory_free());
    if (request.gpus > 0) detail::add_gpu_shortfall(result.lack, node, request, accepted, result.fitting);
    return result;
}

} // namespace gpupack::fit
