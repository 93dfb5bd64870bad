// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/dialect/gpu_load.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/value_span.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// One point of KAI's scores.
inline constexpr policy::score kai_point = 1'000'000;

/// KAI's density score for packing: 9 points for the nodes with least free, 0 for those with most.
///
/// Source: KAI's nodeplacement plugin, binpack (docs/sources.md#kai).
///
/// @param free   what is free of the resource on this node, in any unit
/// @param least  the least that is free on a node, in the same unit
/// @param most   the most that is free on a node
/// @return 9 (1 - (free - least) / (most - least)), rounded up at 10^-6; 9 where all are equal, 0 where nothing is
///     free anywhere
[[nodiscard]] GPUPACK_HD constexpr policy::score kai_pack_score(policy::score free, policy::score least,
                                                                policy::score most) noexcept {
    if (most == 0) return 0;
    if (most == least) return 9 * kai_point;
    return 9 * kai_point - (free - least) * 9 * kai_point / (most - least);
}

/// KAI's density score for spreading: the free part of the node's own resource, 0 to 1 point, rounded down at
/// 10^-6.
///
/// Source: KAI's nodeplacement plugin, spread (docs/sources.md#kai).
[[nodiscard]] GPUPACK_HD constexpr policy::score kai_spread_score(policy::score free, policy::score all) noexcept {
    return all == 0 ? 0 : free * kai_point / all;
}

/// KAI's score of the nodes of a domain in order of free capacity, the fullest first: 0 to 10 whole points.
///
/// Source: KAI's topology plugin (docs/sources.md#kai).
///
/// @param nth    from 0 to nodes - 1
/// @param nodes  how many there are
[[nodiscard]] GPUPACK_HD constexpr policy::score kai_topology_score(policy::score nth, policy::score nodes) noexcept {
    return 10 * (nth + 1) / nodes * kai_point;
}

/// What is free on a node of the resource that counts, and what there is: whole idle GPUs; milli-cores for a request without
/// GPUs. A node whose GPUs are cut by MIG has no whole ones.
struct kai_amounts {
    policy::score free = 0; ///< What is free.
    policy::score all = 0;  ///< What there is.
};

/// The amounts of a node.
///
/// Source: KAI's NonAllocatedResource (docs/sources.md#kai).
[[nodiscard]] GPUPACK_HD constexpr kai_amounts kai_amounts_of(const node_view& node, const request& request) noexcept {
    if (request.gpus == 0) return {node.cpu_free().count(), node.cpu().count()};
    kai_amounts amounts;
    for (int i = 0; i < node.gpu_count(); ++i) {
        if (node.capacity(i).only == sharing::mig) continue;
        ++amounts.all;
        if (node.gpu(i).sharers() == 0 && !node.gpu(i).closed) ++amounts.free;
    }
    return amounts;
}

/// Whether a request can join a GPU of a node that is shared already. A request without GPUs joins any: KAI does not ask
/// whether it wants one.
///
/// Source: KAI's plugin gpusharingorder (docs/sources.md#kai).
[[nodiscard]] GPUPACK_HD constexpr bool kai_joins(const node_view& node, const request& request) noexcept {
    bool joins = false;
    if (request.gpus == 0)
        for (int i = 0; i < node.gpu_count(); ++i)
            joins = joins || (node.gpu(i).way == sharing::slices && node.gpu(i).sharers() > 0);
    else if (request.share.way() == sharing::slices)
        for_each_gpu(fit::fitting_gpus(node, request), [&](int i) { joins = joins || node.gpu(i).sharers() > 0; });
    return joins;
}

/// The scorer that kai_node prepares: least and most are over the nodes that have the resource.
struct kai_node_scorer {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads this request.
    bool shares_first = true;                          ///< Whether joining a GPU that is shared comes before all else.
    policy::score least = 0;                           ///< The least that is free on a node.
    policy::score most = 0;                            ///< The most that is free on a node.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                                const request& request) const noexcept {
        const kai_amounts amounts = kai_amounts_of(node, request);
        policy::score sum = 0;
        if (lean == policy::strategy::spread)
            sum = kai_spread_score(amounts.free, amounts.all);
        else if (amounts.all > 0)
            sum = kai_pack_score(amounts.free, least, most);
        if (request.gpus == 0 && node.gpu_count() == 0) sum += 10 * kai_point;
        return sum + (shares_first && kai_joins(node, request) ? 1000 * kai_point : 0);
    }
};

/// Prefers nodes as KAI does: with the plugin gpusharingorder, where the request can join a GPU that is shared already, 1000
/// points; CPU work on nodes without GPUs, 10; and by density, up to 9.
///
/// The density compares whole idle GPUs, or CPU, over all nodes that have any, also those that the request does not fit.
/// Ties: lower node. KAI takes the first by name: number nodes in the order of their names.
/// Source: KAI's plugins gpusharingorder, resourcetype and nodeplacement (docs/sources.md#kai).
struct kai_node {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads requests for GPUs.
    /// Whether gpusharingorder is installed: KAI's operator does so with binpack alone.
    bool shares_first = lean == policy::strategy::binpack;
    policy::strategy cpu_lean = lean; ///< Whether it packs or spreads requests without GPUs.

    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.scope = policy::reads::cluster};

    /// Measures nodes by what is free: the policy itself does (see policy::measuring).
    [[nodiscard]] constexpr kai_node measurer(const policy::decision& decision) const noexcept {
        return decision.request.gpus == 0 ? kai_node{cpu_lean, shares_first, cpu_lean} : *this;
    }
    /// What is free on a node; false where it has nothing of the resource, or does not matter.
    [[nodiscard]] GPUPACK_HD constexpr bool measure(const node_view& node, const request& request,
                                                    policy::score& value) const noexcept {
        if (lean != policy::strategy::binpack) return false;
        const kai_amounts amounts = kai_amounts_of(node, request);
        value = amounts.free;
        return amounts.all != 0;
    }
    /// The scorer for the least and the most that is free.
    [[nodiscard]] GPUPACK_HD constexpr kai_node_scorer scorer_over(const policy::value_span& span) const noexcept {
        return {lean, shares_first, span.lowest, span.highest};
    }
    /// Finds the least and the most that is free over all nodes. Cost: a pass over the cluster.
    [[nodiscard]] constexpr kai_node_scorer prepare(const policy::decision& decision) const {
        return policy::prepare_over_nodes(measurer(decision), decision);
    }
    friend bool operator==(const kai_node&, const kai_node&) = default;
};

/// Prefers the GPUs of which the largest part is in use (pack) or free (spread).
///
/// Score: millionths, rounded down, summed over the GPUs.
/// Ties: lower GPU set; there chance.
/// Source: KAI's plugins gpupack and gpuspread (docs/sources.md#kai).
struct kai_gpus {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const candidate& chosen,
                                                                const request& request) const noexcept {
        policy::score sum = 0;
        for_each_gpu(chosen.gpus, [&](int i) {
            const gpu_load load = load_of(chosen.node, i, request);
            sum += load.used * kai_point / load.capacity;
        });
        return lean == policy::strategy::binpack ? sum : -sum;
    }
    friend bool operator==(const kai_gpus&, const kai_gpus&) = default;
};

static_assert(policy::scorer<kai_node_scorer> && policy::preparable<kai_node> && policy::scorer<kai_gpus>);

} // namespace gpupack::dialect
