// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/shortfall_text.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/model_table.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::fit {

/// A request that differs from another one in one thing, and fits now.
struct fitting_change {
    gpupack::request request; ///< The request as it would be.
    std::string text;         ///< What differs: "3 GPUs instead of 4".
};

namespace detail {

/// Whether the request fits some node now.
[[nodiscard]] inline bool fits_somewhere(const cluster& cluster, const request& request) {
    if (!is_valid(request)) return false;
    for (std::uint32_t n = 0; n < cluster.size(); ++n)
        if (fits(cluster.node_at(n), request)) return true;
    return false;
}

/// The largest amount below `amount` for which changed(amount) fits, from `least` on; less than `least` where none does.
template <class Changed> [[nodiscard]] std::int64_t largest_that_fits(const cluster& cluster, std::int64_t least,
                                                                      std::int64_t amount, Changed&& changed) {
    std::int64_t below = least - 1; // fits, or is no amount
    while (amount - below > 1) {
        const std::int64_t middle = below + (amount - below) / 2;
        (fits_somewhere(cluster, changed(middle)) ? below : amount) = middle;
    }
    return below;
}

/// The share with another amount of memory on each GPU, or in total where it is split.
[[nodiscard]] inline share with_memory(const share& share, mebibytes memory) {
    if (share.is_split())
        return gpupack::share{split_slice{memory, share.compute(), share.memory()}}.with(share.rule());
    return slice{.memory = memory, .compute = share.compute(), .rule = share.rule()};
}

inline void add_smaller_amounts(std::vector<fitting_change>& changes, const cluster& cluster, const request& request) {
    const auto add = [&](std::int64_t least, std::int64_t amount, auto&& changed, auto&& text) {
        const std::int64_t largest = amount < least ? least - 1 : largest_that_fits(cluster, least, amount, changed);
        if (largest < least) return;
        changes.push_back({changed(largest), text(largest).append(" instead of ").append(text(amount))});
    };
    const auto changer = [&](auto&& change) {
        return [&request, change](std::int64_t amount) {
            gpupack::request changed = request;
            change(changed, amount);
            return changed;
        };
    };
    if (request.gpus > 1)
        add(1, request.gpus,
            changer([](gpupack::request& changed, std::int64_t gpus) { changed.gpus = static_cast<int>(gpus); }),
            [](std::int64_t gpus) { return std::to_string(gpus).append(gpus == 1 ? " GPU" : " GPUs"); });
    if (request.gpus > 0 && request.share.way() == sharing::slices) {
        const bool split = request.share.is_split();
        const std::int64_t memory = split ? request.share.total_memory().count() : request.share.memory().count();
        const std::int64_t least = split ? request.share.memory().count() * request.gpus : 1;
        add(least, memory, changer([](gpupack::request& changed, std::int64_t amount) {
                changed.share = with_memory(changed.share, mebibytes{amount});
            }),
            [](std::int64_t amount) { return memory_text(mebibytes{amount}).append(" of GPU memory"); });
        if (!split && request.share.memory_part() == 0)
            add(1, request.share.compute().count(), changer([](gpupack::request& changed, std::int64_t compute) {
                    changed.share = slice{
                        .memory = changed.share.memory(), .compute = milli_gpu{compute}, .rule = changed.share.rule()};
                }),
                [](std::int64_t compute) { return std::to_string(compute).append(" milli-GPUs"); });
    }
    add(0, request.cpu.count(),
        changer([](gpupack::request& changed, std::int64_t cpu) { changed.cpu = milli_cpu{cpu}; }),
        [](std::int64_t cpu) { return cores_text(milli_cpu{cpu}); });
    add(0, request.memory.count(),
        changer([](gpupack::request& changed, std::int64_t memory) { changed.memory = mebibytes{memory}; }),
        [](std::int64_t memory) { return memory_text(mebibytes{memory}).append(" of memory"); });
}

} // namespace detail

/// What could be changed in a request that fits nowhere now so that it fits: one thing at a time, and of an amount as little
/// as will do. Amounts come first, then models, then what selects nodes and GPUs.
///
/// Cost: about thirty passes over the cluster for each amount; allocates.
///
/// @param cluster  the nodes
/// @param request  a valid request
/// @return         changed requests, each of which fits; empty where no single change helps
[[nodiscard]] inline std::vector<fitting_change> changes_that_fit(const cluster& cluster, const request& request) {
    std::vector<fitting_change> changes;
    detail::add_smaller_amounts(changes, cluster, request);
    const auto offer = [&](const gpupack::request& changed, std::string text) {
        if (!(changed == request) && detail::fits_somewhere(cluster, changed))
            changes.push_back({changed, std::move(text)});
    };
    for (std::size_t m = 0; m < cluster.models().size() && request.gpus > 0; ++m) {
        gpupack::request other = request;
        const model_id model{static_cast<std::uint8_t>(m)};
        other.models = model_set::of(model);
        if (!request.models.contains(model))
            offer(other, std::string{"model "}.append(cluster.models()[model].model.view()));
    }
    gpupack::request other = request;
    other.labels = {};
    offer(other, "without its labels");
    other = request;
    other.ids = {};
    offer(other, "without its GPU ids");
    other = request;
    other.numa = numa_alignment::none;
    if (request.gpus > 1) offer(other, "without NUMA alignment");
    return changes;
}

} // namespace gpupack::fit
