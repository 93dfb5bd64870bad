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
[[nodiscard]] GPUPACK_HD constexpr policy::score kai_pack_score(policy::score free, policy::score least, policy::score most) noexcept {
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

/// What is free on a node of the resource that counts, and what there is: thousandths of GPUs, a shared one by what
/// it has least of; milli-cores for a request without GPUs.
struct kai_amounts {
    policy::score free = 0; ///< What is free.
    policy::score all = 0; ///< What there is.
};

/// The amounts of a node.
[[nodiscard]] GPUPACK_HD constexpr kai_amounts kai_amounts_of(const node_view& node,
                                                              const request& request) noexcept {
    if (request.gpus == 0) return {node.cpu_free().count(), node.cpu().count()};
    kai_amounts amounts{0, policy::score{1000} * node.gpu_count()};
    for (int i = 0; i < node.gpu_count(); ++i) {
        const gpu_capacity& capacity = node.capacity(i);
        const policy::score compute = policy::score{1000} * node.gpu(i).compute_free / capacity.compute;
        const policy::score memory =
            capacity.memory == 0 ? compute : policy::score{1000} * node.gpu(i).memory_free / capacity.memory;
        amounts.free += compute < memory ? compute : memory;
    }
    return amounts;
}

/// The scorer that kai_node prepares: least and most are over the nodes of the decision that have the resource.
struct kai_node_scorer {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads.
    policy::score least = 0; ///< The least that is free on a node.
    policy::score most = 0; ///< The most that is free on a node.

    [[nodiscard]] GPUPACK_HD constexpr policy::score operator()(const node_view& node,
                                                        const request& request) const noexcept {
        const kai_amounts amounts = kai_amounts_of(node, request);
        policy::score sum = 0;
        if (lean == policy::strategy::spread)
            sum = kai_spread_score(amounts.free, amounts.all);
        else if (amounts.all > 0)
            sum = kai_pack_score(amounts.free, least, most);
        if (request.gpus == 0) return sum + (node.gpu_count() == 0 ? 10 * kai_point : 0);
        if (request.share.way() != sharing::slices) return sum;
        bool joins = false;
        for_each_gpu(fit::fitting_gpus(node, request), [&](int i) { joins |= node.gpu(i).sharers > 0; });
        return sum + (joins ? 1000 * kai_point : 0);
    }
};

/// Prefers nodes as KAI does: where the request can join a GPU that is shared already, 1000 points; CPU work on
/// nodes without GPUs, 10; and by density, up to 9.
///
/// Ties: lower node.
/// Source: KAI's plugins gpusharing order, resourcetype and nodeplacement (docs/sources.md#kai).
struct kai_node {
    policy::strategy lean = policy::strategy::binpack; ///< Whether it packs or spreads.

    /// What engines must know about it.
    static constexpr policy::policy_properties properties{.scope = policy::reads::cluster};

    /// Measures nodes by what is free: the policy itself does (see policy::measuring).
    [[nodiscard]] constexpr kai_node measurer(const policy::decision&) const noexcept { return *this; }
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
        return {lean, span.lowest, span.highest};
    }
    /// Finds the least and the most that is free over the nodes that fit. Cost: a pass over the cluster.
    [[nodiscard]] constexpr kai_node_scorer prepare(const policy::decision& decision) const {
        return policy::prepare_over_nodes(*this, decision);
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
