// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/fit/diagnose.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/policy/rank.hpp>

#include <cstdint>

// Bodies of kernels, called by index: by a kernel, by Thrust, or by a loop on the host, with the same results. Each
// writes only what belongs to its index, so that they may run in any order and at once.
namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The rank of one node for one shape; none where it does not fit.
///
/// The sums of the node are read at once and kept in registers: read where they are needed, behind one branch after the
/// other, each would be waited for.
template <class Scorer> [[nodiscard]] GPUPACK_HD constexpr ranked_node<search::key_of<Scorer>>
rank_node(const cluster_view& cluster, const prepared_request<Scorer>& prepared, std::uint32_t n) noexcept {
    const node_state sums = cluster.nodes[n];
    const node_view node{node_id{n}, cluster.types[cluster.type_of[n]], sums, cluster.gpus + cluster.first_gpu[n]};
    if (!fit::fits(node, prepared.request)) return {};
    return {policy::node_score(prepared.scorer, node, prepared.request), node_id{n}};
}

/// The best of the nodes first, first + step, first + 2 step ...
template <class Scorer> [[nodiscard]] GPUPACK_HD constexpr ranked_node<search::key_of<Scorer>>
best_of(const cluster_view& cluster, const prepared_request<Scorer>& prepared, std::uint32_t first,
        std::uint32_t step) noexcept {
    ranked_node<search::key_of<Scorer>> best;
    for (std::uint32_t n = first; n < cluster.size; n += step)
        if (const auto here = rank_node(cluster, prepared, n); here.precedes(best)) best = here;
    return best;
}

/// What the policy takes on a ranked node.
template <class Scorer> [[nodiscard]] GPUPACK_HD constexpr ranked_selection<search::key_of<Scorer>>
choose_on(const cluster_view& cluster, const prepared_request<Scorer>& prepared,
          const ranked_node<search::key_of<Scorer>>& place) noexcept {
    if (!place.found()) return {};
    return {policy::select_gpus(prepared.scorer, cluster[place.node], prepared.request), place.score};
}

/// Puts a node into a list that is kept best first, where it is good enough; the list always holds `length` entries.
template <class Key> GPUPACK_HD constexpr void insert(ranked_node<Key>* list, std::uint32_t length,
                                                      const ranked_node<Key>& offered) noexcept {
    if (!offered.precedes(list[length - 1])) return;
    std::uint32_t place = length - 1;
    for (; place > 0 && offered.precedes(list[place - 1]); --place) list[place] = list[place - 1];
    list[place] = offered;
}

/// The best nodes of a part of the cluster: index = shape * parts + part; part p has the nodes p, p + parts, ...
///
/// lists  [shapes, parts, length]
template <class Scorer> struct rank_part {
    cluster_view cluster;
    const prepared_request<Scorer>* shapes;
    ranked_node<search::key_of<Scorer>>* lists;
    std::uint32_t parts;
    std::uint32_t length;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const prepared_request<Scorer>& prepared = shapes[index / parts];
        auto* const list = lists + index * length;
        if (length == 1) { // kept in registers
            *list = best_of(cluster, prepared, static_cast<std::uint32_t>(index % parts), parts);
            return;
        }
        for (std::uint32_t k = 0; k < length; ++k) list[k] = {};
        for (auto n = static_cast<std::uint32_t>(index % parts); n < cluster.size; n += parts)
            insert(list, length, rank_node(cluster, prepared, n));
    }
};

/// Makes one list of `fan` lists: index = shape * (lists per shape after) + list.
///
/// from  [shapes, before, length]
/// to    [shapes, after, length]
template <class Key> struct merge_lists {
    const ranked_node<Key>* from;
    ranked_node<Key>* to;
    std::uint32_t before;
    std::uint32_t after;
    std::uint32_t fan;
    std::uint32_t length;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const std::uint64_t shape = index / after;
        const auto first = static_cast<std::uint32_t>(index % after * fan);
        const std::uint32_t last = first + fan < before ? first + fan : before;
        ranked_node<Key>* const list = to + index * length;
        for (std::uint32_t k = 0; k < length; ++k) list[k] = {};
        for (std::uint32_t l = first; l < last; ++l) {
            const ranked_node<Key>* const other = from + (shape * before + l) * length;
            for (std::uint32_t k = 0; k < length && other[k].found(); ++k) insert(list, length, other[k]);
        }
    }
};

/// What the policy takes on each ranked node: index = shape * length + place.
///
/// ranked, choices  [shapes, length]
template <class Scorer> struct choose_gpus {
    cluster_view cluster;
    const prepared_request<Scorer>* shapes;
    const ranked_node<search::key_of<Scorer>>* ranked;
    ranked_selection<search::key_of<Scorer>>* choices;
    std::uint32_t length;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        choices[index] = choose_on(cluster, shapes[index / length], ranked[index]);
    }
};

/// The score of every node for every shape: index = shape * nodes + node.
///
/// keys, fits  [shapes, nodes]
template <class Scorer> struct score_all {
    cluster_view cluster;
    const prepared_request<Scorer>* shapes;
    search::key_of<Scorer>* keys;
    std::uint8_t* fits;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const auto ranked =
            rank_node(cluster, shapes[index / cluster.size], static_cast<std::uint32_t>(index % cluster.size));
        keys[index] = ranked.score;
        fits[index] = ranked.found() ? 1 : 0;
    }
};

/// How many nodes of a part of the cluster fail for which reason: index = shape * parts + part.
///
/// counts  [shapes, parts, fit::reason_count]
struct count_part {
    cluster_view cluster;
    const request* requests;
    std::uint32_t* counts;
    std::uint32_t parts;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        std::uint32_t* const here = counts + index * fit::reason_count;
        for (int r = 0; r < fit::reason_count; ++r) here[r] = 0;
        for (auto n = static_cast<std::uint32_t>(index % parts); n < cluster.size; n += parts)
            ++here[static_cast<int>(fit::diagnose(cluster[node_id{n}], requests[index / parts]).why)];
    }
};

/// Sums the parts up: index = shape * fit::reason_count + reason.
struct sum_parts {
    const std::uint32_t* counts;
    std::uint32_t* sums;
    std::uint32_t parts;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const std::uint32_t* from = counts + index / fit::reason_count * parts * fit::reason_count;
        std::uint32_t sum = 0;
        for (std::uint32_t p = 0; p < parts; ++p)
            sum += from[std::uint64_t{p} * fit::reason_count + index % fit::reason_count];
        sums[index] = sum;
    }
};

} // namespace gpupack::gpu::detail
