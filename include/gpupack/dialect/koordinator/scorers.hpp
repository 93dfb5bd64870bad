// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/dialect/best_gpus.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/dialect/koordinator/tree.hpp>
#include <gpupack/dialect/kubernetes/default_score.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// Koordinator's score of one resource with the request on it: the part in use (pack) or free (spread), in whole
/// percent, rounded down.
///
/// Source: DeviceShare's MostAllocated and LeastAllocated (docs/sources.md#koordinator).
///
/// @param lean      whether it packs or spreads
/// @param capacity  what there is, in any unit
/// @param free      what is free, in the same unit
/// @param request   what is asked for
/// @return 0 to 100; where more is asked for than is free, 100 (pack) or 0 (spread)
[[nodiscard]] GPUPACK_HD constexpr policy::score koordinator_score(policy::strategy lean, policy::score capacity,
                                                                   policy::score free, policy::score request) noexcept {
    if (capacity == 0) return 0;
    const policy::score used = capacity - free + request;
    if (used > capacity) return lean == policy::strategy::binpack ? 100 : 0;
    return (lean == policy::strategy::binpack ? used : capacity - used) * 100 / capacity;
}

/// What some GPUs have and have free of both resources by which Koordinator scores, and what a request asks of one GPU: a
/// request by percent asks for no bytes, one by MiB for no percent.
struct koordinator_load {
    policy::score percent = 0;         ///< 100 a GPU.
    policy::score percent_free = 0;    ///< Not promised.
    policy::score percent_request = 0; ///< Asked of one GPU.
    policy::score bytes = 0;           ///< Of memory.
    policy::score bytes_free = 0;      ///< Not promised.
    policy::score bytes_request = 0;   ///< Asked of one GPU.

    /// Counts a GPU in.
    GPUPACK_HD constexpr void add(const gpu_state& gpu, const gpu_capacity& capacity) noexcept {
        constexpr policy::score mebibyte = 1 << 20;
        percent += 100;
        const policy::score left = 100 - gpu.percent_promised();
        percent_free += left > 0 ? left : 0;
        bytes += capacity.memory * mebibyte;
        const policy::score free = gpu.memory_free * mebibyte - gpu.bytes_beyond();
        bytes_free += free > 0 ? free : 0;
    }
    /// Sets what is asked of one GPU.
    GPUPACK_HD constexpr void ask(const share& share) noexcept {
        if (share.way() == sharing::exclusive)
            percent_request = 100;
        else if (share.memory_part() > 0)
            percent_request = share.memory_percent();
        else
            bytes_request = share.memory().count() << 20;
    }
    /// The mean of both scores, rounded down. Weights are 1 each, as installed since July 2025.
    [[nodiscard]] GPUPACK_HD constexpr policy::score mean(policy::strategy lean) const noexcept {
        return (koordinator_score(lean, percent, percent_free, percent_request) +
                koordinator_score(lean, bytes, bytes_free, bytes_request)) /
               2;
    }
};

/// Which resources Koordinator scores.
enum class koordinator_weights : std::uint8_t {
    ratio_and_memory, ///< gpu-memory-ratio and gpu-memory, 1 each: as installed since July 2025.
    memory            ///< Memory alone: as installed before.
};

namespace detail {

/// Whether the rules for memory say nothing of a request: it asks for compute alone, or memory is not known.
[[nodiscard]] GPUPACK_HD constexpr bool is_compute_alone(const node_view& node, const request& request) noexcept {
    const share& share = request.share;
    if (in_profiles(share.way()) || share.is_split()) return true;
    if (share.way() == sharing::slices && share.memory_part() == 0 && share.memory().count() == 0) return true;
    return node.type().least_gpu_memory == 0;
}

/// The score of one GPU in the single dimension of a load.
[[nodiscard]] GPUPACK_HD constexpr policy::score koordinator_single(policy::strategy lean,
                                                                    const gpu_load& load) noexcept {
    return koordinator_score(lean, load.capacity, load.capacity - load.used, load.request);
}

} // namespace detail

/// Chooses GPUs as Koordinator's DeviceShare does without a partition table: where the node tells its topology, for whole
/// GPUs and a part of one, from the deepest scope that holds them (koordinator_tree); else those that are fullest (pack) or
/// emptiest (spread) once the request is placed, in whole percent.
///
/// Score: the sum of the scores of the GPUs; it compares nothing, as one choice is visited.
/// Ties: lower GPU set, as there (lower minor).
/// Source: DeviceShare's allocateByDeviceTopology and defaultAllocateDevices (docs/sources.md#koordinator).
struct koordinator_gpus {
    policy::strategy lean = policy::strategy::spread;                    ///< Whether it packs or spreads.
    koordinator_scope required = koordinator_scope::node;                ///< The widest scope that may hold the GPUs.
    koordinator_weights weights = koordinator_weights::ratio_and_memory; ///< Which resources count.

    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.own_candidates = true};

    /// The score of one GPU with the request on it, outside the tree.
    [[nodiscard]] GPUPACK_HD constexpr policy::score value_of(const node_view& node, const request& request,
                                                              int gpu) const noexcept {
        if (weights == koordinator_weights::memory || detail::is_compute_alone(node, request))
            return detail::koordinator_single(lean, load_of(node, gpu, request));
        koordinator_load load;
        load.add(node.gpu(gpu), node.capacity(gpu));
        load.ask(request.share);
        return load.mean(lean);
    }

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        policy::score sum = 0;
        for_each_gpu(chosen.gpus, [&](int i) { sum += value_of(chosen.node, request, i); });
        return sum;
    }

    /// The GPUs of the topology's scopes; none where the node tells none, or no scope will do, for which Koordinator refuses a
    /// pod that requires a scope.
    [[nodiscard]] GPUPACK_HD constexpr gpu_set in_tree(const node_view& node, const request& request) const noexcept {
        return in_tree(node, request, fit::fitting_gpus(node, request), true);
    }

    /// The GPUs of the NUMA nodes to which a request with NUMA alignment is held: of the fewest that will do, those of which
    /// it would get the same GPUs as on the whole machine, else the lowest; all GPUs for other requests. GPUs are compared here
    /// without their scores, as the hints are made without a scorer there.
    ///
    /// Source: Koordinator's topology manager with DeviceShare's hints (docs/sources.md#koordinator).
    [[nodiscard]] GPUPACK_HD constexpr gpu_set scope_of(const node_view& node, const request& request) const noexcept {
        const gpu_set all = gpu_set::first(node.gpu_count());
        if (request.numa == numa_alignment::none) return all;
        const gpu_set fitting = fit::fitting_gpus(node, request);
        const gpu_set anywhere = choose(node, request, fitting, false);
        for (const int nodes : {1, 2}) {
            gpu_set first;
            gpu_set same;
            for_each_numa_set(node, nodes, [&](gpu_set scope) {
                const gpu_set chosen = choose(node, request, fitting & scope, false);
                if (chosen.empty()) return;
                if (first.empty()) first = scope;
                if (same.empty() && chosen == anywhere) same = scope;
            });
            if (!same.empty()) return same;
            if (!first.empty()) return first;
        }
        return all;
    }

    /// Visits the choice on a node.
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        if (!fit::fits(node, request)) return;
        gpu_set gpus;
        if (request.share.is_split())
            gpus = best_gpus(node, request, [&](int i) { return value_of(node, request, i); });
        else
            gpus = choose(node, request, fit::fitting_gpus(node, request) & scope_of(node, request), true);
        visit((*this)(candidate{node, gpus}, request), gpus, fit::lowest_slots(node, gpus, request.share));
    }
    friend bool operator==(const koordinator_gpus&, const koordinator_gpus&) = default;

  private:
    [[nodiscard]] GPUPACK_HD constexpr gpu_set in_tree(const node_view& node, const request& request, gpu_set fitting,
                                                       bool scored) const noexcept {
        if (!koordinator_uses_tree(node, request)) return gpu_set{};
        return koordinator_tree(node, request, fitting, required,
                                [&](int i) { return scored ? tree_value_of(node, request, i) : policy::score{0}; });
    }

    /// What is taken of some GPUs that each fit, by score or the lowest; none where they are too few.
    [[nodiscard]] GPUPACK_HD constexpr gpu_set choose(const node_view& node, const request& request, gpu_set fitting,
                                                      bool scored) const noexcept {
        if (fitting.size() < request.gpus) return gpu_set{};
        gpu_set chosen = in_tree(node, request, fitting, scored);
        if (!chosen.empty()) return chosen;
        if (!scored) return fitting.lowest(request.gpus);
        while (chosen.size() < request.gpus) {
            int best = fitting.lowest();
            for_each_gpu(fitting, [&](int i) {
                if (value_of(node, request, i) > value_of(node, request, best)) best = i;
            });
            chosen.insert(best);
            fitting.erase(best);
        }
        return chosen;
    }

    /// Calls visit(gpus) for the GPUs of each set of that many of the node's NUMA nodes, 1 or 2, lowest first.
    template <class Visit>
    GPUPACK_HD static constexpr void for_each_numa_set(const node_view& node, int nodes, Visit&& visit) {
        gpu_set left = gpu_set::first(node.gpu_count());
        while (!left.empty()) {
            const gpu_set one = lowest_numa_group(node, left);
            left = left - one;
            if (nodes == 1) {
                visit(one);
                continue;
            }
            for (gpu_set rest = left; !rest.empty();) {
                const gpu_set other = lowest_numa_group(node, rest);
                rest = rest - other;
                visit(one | other);
            }
        }
    }

    /// The GPUs of some that lie on the lowest NUMA node.
    [[nodiscard]] GPUPACK_HD static constexpr gpu_set lowest_numa_group(const node_view& node, gpu_set gpus) noexcept {
        int lowest = gpus.lowest();
        for_each_gpu(gpus, [&](int i) { lowest = node.capacity(i).numa < node.capacity(lowest).numa ? i : lowest; });
        return detail::numa_group(node, lowest) & gpus;
    }

    /// The score of one GPU in the tree, where what is free stands for what there is: percent or bytes count as full as soon as
    /// any is in use. A task of fewer MiB than one percent leaves the percent unused.
    [[nodiscard]] GPUPACK_HD constexpr policy::score tree_value_of(const node_view& node, const request& request,
                                                                   int gpu) const noexcept {
        if (node.gpu(gpu).sharers() == 0) return value_of(node, request, gpu);
        koordinator_load load;
        load.add(node.gpu(gpu), node.capacity(gpu));
        load.ask(request.share);
        const policy::score percent = tree_part(load.percent, load.percent_free, load.percent_request);
        const policy::score bytes = tree_part(load.bytes, load.bytes_free, load.bytes_request);
        if (percent < 0 && bytes < 0) return 0;
        return percent < 0 ? bytes : bytes < 0 ? percent : (percent + bytes) / 2;
    }

    /// The score of one resource of a GPU in the tree; -1 where none is free, which does not count.
    [[nodiscard]] GPUPACK_HD constexpr policy::score tree_part(policy::score capacity, policy::score free,
                                                               policy::score request) const noexcept {
        if (free == 0) return -1;
        if (free < capacity) return lean == policy::strategy::binpack ? 100 : 0;
        return koordinator_score(lean, capacity, capacity, request);
    }
};

/// Prefers the node whose GPUs together are fullest (pack) or emptiest (spread) once the request is placed.
///
/// GPUs that are closed leave the node's total, as unhealthy ones do there; a request with NUMA alignment sees only the NUMA
/// nodes to which it is held (koordinator_gpus::scope_of).
/// Score: 0 to 100; the amount asked of one GPU is added once, even where several GPUs are asked for, as there; a
/// request without GPUs as kubernetes_default before 1.36, with which Koordinator is built.
/// Ties: lower node.
/// Source: DeviceShare's node score (docs/sources.md#koordinator).
struct koordinator_node {
    policy::strategy lean = policy::strategy::spread;                    ///< Whether it packs or spreads.
    koordinator_weights weights = koordinator_weights::ratio_and_memory; ///< Which resources count.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        if (request.gpus == 0) return kubernetes_default{kubernetes_release::before_1_36}(node, request);
        const bool single = weights == koordinator_weights::memory || detail::is_compute_alone(node, request);
        const gpu_set scope = koordinator_gpus{lean, koordinator_scope::node, weights}.scope_of(node, request);
        koordinator_load load;
        gpu_load sum;
        for (int i = 0; i < node.gpu_count(); ++i) {
            if (node.gpu(i).closed || !scope.contains(i)) continue;
            load.add(node.gpu(i), node.capacity(i));
            const gpu_load one = load_of(node, i, request);
            sum.capacity += one.capacity;
            sum.used += one.used;
        }
        load.ask(request.share);
        if (!single) return load.mean(lean);
        sum.request = load_of(node, fit::wanted_gpus(node, request).lowest(), request).request;
        return detail::koordinator_single(lean, sum);
    }
    friend bool operator==(const koordinator_node&, const koordinator_node&) = default;
};

static_assert(policy::scorer<koordinator_gpus> && policy::scorer<koordinator_node>);

} // namespace gpupack::dialect
