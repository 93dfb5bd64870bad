// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/link_view.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// A scope of a node's devices, from wide to narrow.
enum class koordinator_scope : std::uint8_t {
    node, ///< The node.
    numa, ///< A NUMA node.
    pcie  ///< A PCIe root.
};

namespace detail {

/// The GPUs that share a PCIe root with one: those that reach it without leaving their host bridge.
[[nodiscard]] GPUPACK_HD constexpr gpu_set pcie_group(const node_view& node, int gpu) noexcept {
    gpu_set group = gpu_set::of(gpu);
    for (int i = 0; i < node.gpu_count(); ++i)
        if (i != gpu && node.type().links->pair(gpu, i) % 100 > link_score(pcie_path::same_cpu)) group.insert(i);
    return group;
}

/// The GPUs on the NUMA node of one.
[[nodiscard]] GPUPACK_HD constexpr gpu_set numa_group(const node_view& node, int gpu) noexcept {
    gpu_set group;
    for (int i = 0; i < node.gpu_count(); ++i)
        if (node.capacity(i).numa == node.capacity(gpu).numa) group.insert(i);
    return group;
}

/// What a scope gives.
struct koordinator_offer {
    gpu_set gpus;            ///< The GPUs; empty: none.
    int depth = 0;           ///< How narrow the scope is.
    int in_use = 0;          ///< Scopes on the way that have a GPU in use.
    policy::score score = 0; ///< For a part of a GPU, the score of the GPU.

    /// Whether Koordinator takes it in place of an offer that came before.
    [[nodiscard]] GPUPACK_HD constexpr bool precedes(const koordinator_offer& other, bool by_score) const noexcept {
        if (other.gpus.empty()) return !gpus.empty();
        if (gpus.empty()) return false;
        if (depth != other.depth) return depth > other.depth;
        if (in_use != other.in_use) return in_use > other.in_use;
        return by_score && score > other.score;
    }
};

} // namespace detail

/// Whether Koordinator chooses GPUs of a node by its topology: it tells one, and the request is for whole GPUs or for a part
/// of one. Links that say no more than that all GPUs are far apart on one NUMA node tell none.
[[nodiscard]] GPUPACK_HD constexpr bool koordinator_uses_tree(const node_view& node, const request& request) noexcept {
    if (node.type().links == nullptr || request.gpus == 0) return false;
    const share& share = request.share;
    if (in_profiles(share.way()) || share.is_split()) return false;
    const bool takes_all = share.way() == sharing::exclusive || share.memory_percent() == 100;
    if (!takes_all && request.gpus > 1) return false;
    if (node.gpu_count() == 1) return true;
    for (int i = 1; i < node.gpu_count(); ++i)
        if (node.type().links->pair(0, i) != link_score(pcie_path::cross_cpu) ||
            node.capacity(i).numa != node.capacity(0).numa)
            return true;
    return false;
}

/// The GPUs that Koordinator takes on a node by its topology: of the scopes that hold enough that fit, the narrowest; then
/// the one of which most scopes around are in use; then for a part of a GPU the best score; then the first. In the scope the
/// lowest GPUs, or for a part the best one.
///
/// Source: DeviceShare's allocateFromScope (docs/sources.md#koordinator).
///
/// @param node      the node, which has links
/// @param request   what is placed
/// @param fitting   the GPUs that may be taken
/// @param required  the widest scope that may hold the GPUs
/// @param value_of  value_of(gpu): the score of a GPU for a part of it
/// @return          none where no scope will do
template <class ValueOf>
[[nodiscard]] GPUPACK_HD constexpr gpu_set koordinator_tree(const node_view& node, const request& request,
                                                            gpu_set fitting, koordinator_scope required,
                                                            ValueOf&& value_of) noexcept {
    const gpu_set all = gpu_set::first(node.gpu_count());
    const bool part = request.share.way() == sharing::slices && request.share.memory_percent() < 100;
    gpu_set used;
    for (int i = 0; i < node.gpu_count(); ++i)
        if (node.gpu(i).sharers() > 0) used.insert(i);
    const auto is_used = [&](gpu_set scope) { return (scope & used).empty() ? 0 : 1; };
    const auto offer_of = [&](gpu_set scope, int depth, int in_use) {
        detail::koordinator_offer offer{{}, depth, in_use, -1};
        const gpu_set candidates = scope & fitting;
        if (scope.size() < request.gpus || candidates.size() < request.gpus) return offer;
        offer.gpus = candidates.lowest(request.gpus);
        if (!part) return offer;
        for_each_gpu(candidates, [&](int i) {
            const policy::score value = value_of(i);
            if (value <= offer.score) return;
            offer.score = value;
            offer.gpus = gpu_set::of(i);
        });
        return offer;
    };
    detail::koordinator_offer best;
    for (gpu_set left = all; !left.empty();) {
        const gpu_set numa = detail::numa_group(node, left.lowest());
        left = left - numa;
        if (numa.size() < request.gpus) continue;
        const int in_use = is_used(all) + is_used(numa);
        detail::koordinator_offer best_inside;
        for (gpu_set inside = numa; !inside.empty();) {
            const gpu_set pcie = detail::pcie_group(node, inside.lowest()) & numa;
            inside = inside - pcie;
            const auto offer = offer_of(pcie, 3, in_use + is_used(pcie));
            if (offer.precedes(best_inside, part)) best_inside = offer;
        }
        if (best_inside.gpus.empty() && required <= koordinator_scope::numa) best_inside = offer_of(numa, 2, in_use);
        if (best_inside.precedes(best, part)) best = best_inside;
    }
    if (best.gpus.empty() && required == koordinator_scope::node) best = offer_of(all, 1, is_used(all));
    return best.gpus;
}

} // namespace gpupack::dialect
