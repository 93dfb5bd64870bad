// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::fit {

/// How much a node would have to gain for a request to fit; 0 where nothing is missing.
///
/// cpu, memory          of the host
/// gpus                 GPUs that would have to become idle, open to slices, or free at a place for the profile
/// compute, gpu_memory  on the GPU that would be the last one chosen
struct shortfall {
    node_id node{};
    milli_cpu cpu{};
    mebibytes memory{};
    int gpus = 0;
    milli_gpu compute{};
    mebibytes gpu_memory{};

    GPUPACK_HD friend constexpr bool operator==(const shortfall& a, const shortfall& b) noexcept {
        return a.node == b.node && a.cpu == b.cpu && a.memory == b.memory && a.gpus == b.gpus &&
               a.compute == b.compute && a.gpu_memory == b.gpu_memory;
    }
};

namespace detail {

/// max(0, asked - free) of any unit.
template <class Amount> [[nodiscard]] GPUPACK_HD constexpr Amount missing(Amount request, Amount free) noexcept {
    return request > free ? request - free : Amount{0};
}

/// What is missing in thousandths of what was asked; the common measure of different units.
template <class Amount> [[nodiscard]] GPUPACK_HD constexpr std::int64_t part(Amount lack, Amount request) noexcept {
    return request.count() == 0 ? 0 : (lack.count() * 1000 + request.count() - 1) / request.count();
}

/// What is missing for a slice on each of request.gpus GPUs, the nearest GPUs taken.
GPUPACK_HD constexpr void add_slice_shortfall(shortfall& lack, const node_view& node, const request& request,
                                              gpu_set wanted) noexcept {
    gpu_set open;
    for_each_gpu(wanted, [&](int i) {
        if (takes_slices(node.gpu(i))) open.insert(i);
    });
    lack.gpus = open.size() < request.gpus ? request.gpus - open.size() : 0;
    for (int taken = 0; taken < request.gpus && !open.empty(); ++taken) {
        int nearest = -1;
        std::int64_t least = 0;
        for_each_gpu(open, [&](int i) {
            const milli_gpu compute = missing(request.share.compute(), milli_gpu{node.gpu(i).compute_free});
            const mebibytes wanted_memory{request.share.memory_of(node.capacity(i).memory)};
            const mebibytes memory = missing(wanted_memory, mebibytes{node.gpu(i).memory_free});
            const std::int64_t distance = part(compute, request.share.compute()) + part(memory, wanted_memory);
            if (nearest >= 0 && distance >= least) return;
            nearest = i;
            least = distance;
            lack.compute = compute;
            lack.gpu_memory = memory;
        });
        open.erase(nearest);
    }
}

/// What is missing for a split slice on the GPUs with most memory free among those that serve it at least a little.
GPUPACK_HD constexpr void add_split_shortfall(shortfall& lack, const node_view& node, const request& request,
                                              gpu_set wanted) noexcept {
    const gpu_set serving = gpus_for_slice(node, wanted, request.share);
    if (serving.size() < request.gpus) return add_slice_shortfall(lack, node, request, wanted);
    mebibytes free{};
    for_each_gpu(emptiest_gpus(node, request, serving), [&](int i) { free += mebibytes{node.gpu(i).memory_free}; });
    lack.gpu_memory = missing(request.share.total_memory(), free);
}

} // namespace detail

/// What the node lacks for the request, whose models and number of GPUs it must have.
[[nodiscard]] GPUPACK_HD constexpr shortfall shortfall_of(const node_view& node, const request& request) noexcept {
    shortfall lack;
    lack.node = node.id();
    lack.cpu = detail::missing(request.cpu, node.cpu_free());
    lack.memory = detail::missing(request.memory, node.memory_free());
    if (request.gpus == 0) return lack;
    const gpu_set wanted = wanted_gpus(node, request);
    if (request.share.is_split()) {
        detail::add_split_shortfall(lack, node, request, wanted);
    } else if (request.share.way() == sharing::slices) {
        detail::add_slice_shortfall(lack, node, request, wanted);
    } else {
        const int fitting = fitting_gpus(node, request).size();
        lack.gpus = fitting < request.gpus ? request.gpus - fitting : 0;
    }
    if (const gpu_set can = fitting_gpus(node, request); can.size() >= request.gpus)
        if (const int together = most_on_numa_nodes(node, can, widest_span(node, request, can)); together < request.gpus)
            lack.gpus = request.gpus - together;
    return lack;
}

/// How far off a shortfall is: the sum, over what is missing, of thousandths of what was asked for, rounded up.
[[nodiscard]] GPUPACK_HD constexpr std::int64_t distance(const shortfall& lack, const request& request) noexcept {
    const std::int64_t gpus = request.gpus == 0 ? 0 : (std::int64_t{1000} * lack.gpus) / request.gpus;
    const bool by_percent = request.share.memory_percent() > 0; // of GPUs that may differ: any lack is a whole one
    const mebibytes gpu_memory = by_percent               ? lack.gpu_memory
                                 : request.share.is_split() ? request.share.total_memory()
                                                          : request.share.memory();
    return detail::part(lack.cpu, request.cpu) + detail::part(lack.memory, request.memory) + gpus +
           detail::part(lack.compute, request.share.compute()) + detail::part(lack.gpu_memory, gpu_memory);
}

} // namespace gpupack::fit
