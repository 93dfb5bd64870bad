// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/score_bodies.hpp>
#include <gpupack/gpu/host_space.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/uploaded_requests.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

/// How many lists one is made of.
inline constexpr std::uint32_t merge_fan = 32;

/// The `length` best nodes for each shape, best first.
template <space Space, class Scorer> [[nodiscard]] auto
rank_lists(Space& space, const cluster_view& cluster, const uploaded_requests<Space, Scorer>& shapes, std::uint32_t length) {
    using key = search::key_of<Scorer>;
    const std::uint32_t count = shapes.count;
    if constexpr (requires {
                      space.rank_best(cluster, shapes.entries.data(), count, static_cast<ranked_node<key>*>(nullptr),
                                   shapes.table_bytes);
                  })
        if (length == 1) {
            auto best = space.template allocate<ranked_node<key>>(count);
            space.rank_best(cluster, shapes.entries.data(), count, best.data(), shapes.table_bytes);
            return best;
        }
    std::uint32_t lists = space.parts(cluster.size);
    auto ranked = space.template allocate<ranked_node<key>>(std::size_t{count} * lists * length);
    space.run(std::uint64_t{count} * lists, rank_part<Scorer>{cluster, shapes.entries.data(), ranked.data(), lists, length});
    while (lists > 1) {
        const std::uint32_t after = (lists + merge_fan - 1) / merge_fan;
        auto merged = space.template allocate<ranked_node<key>>(std::size_t{count} * after * length);
        space.run(std::uint64_t{count} * after, merge_lists<key>{ranked.data(), merged.data(), lists, after, merge_fan, length});
        ranked = std::move(merged);
        lists = after;
    }
    return ranked;
}

/// All of an array on the host, or why not.
template <class Entry, space Space> [[nodiscard]] expected<std::vector<Entry>, gpu_error>
fetched(Space& space, const typename Space::template array<Entry>& array, std::size_t entries) {
    std::vector<Entry> entries_read(entries);
    space.read(array, entries_read.data(), entries);
    if (auto problem = space.take_problem()) return unexpected<gpu_error>{std::move(*problem)};
    return entries_read;
}

} // namespace detail

/// The best nodes for each of several requests, none of them placed, with what the policy takes there: the same, in the
/// same order, as scheduler::explain lists.
///
/// of        brought up to date first
/// on        the cluster that it was made from
///
/// Errors: what failed on the GPU.
/// Cost: a rank a node and request.
///
/// - `length`: How many nodes a request; those beyond the last that fits are not found().
/// @return [requests, length] best first: higher score, then lower node
template <space Space, policy::policy Policy>
[[nodiscard]] expected<std::vector<ranked_selection<key_under<Policy>>>, gpu_error>
best_nodes(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy, const std::vector<request>& requests,
           std::uint32_t length = 1) {
    GPUPACK_EXPECTS(length > 0, "one node at least");
    using scorer = policy::scorer_of<Policy>;
    Space& space = resident.in();
    const auto shapes = upload_requests(resident, cluster, policy, requests);
    if (!shapes) return unexpected<gpu_error>{shapes.error()};
    const auto count = static_cast<std::uint32_t>(requests.size());
    const auto ranked = detail::rank_lists(space, resident.view(), *shapes, length);
    auto choices = space.template allocate<ranked_selection<key_under<Policy>>>(std::size_t{count} * length);
    space.run(std::uint64_t{count} * length,
           detail::choose_gpus<scorer>{resident.view(), shapes->entries.data(), ranked.data(), choices.data(), length});
    return detail::fetched<ranked_selection<key_under<Policy>>>(space, choices, std::size_t{count} * length);
}

/// What every node scores for every request.
template <class Key> struct score_matrix {
    std::size_t nodes = 0; ///< Number of nodes.
    std::vector<Key> keys;          ///< [requests, nodes] where the node fits.
    std::vector<std::uint8_t> fits; ///< [requests, nodes] 1 where it does.

    /// Whether the nth request fits the node.
    [[nodiscard]] bool fits_on(std::size_t nth, node_id node) const {
        return fits[nth * nodes + node.number()] != 0;
    }
    [[nodiscard]] const Key& operator()(std::size_t nth, node_id node) const {
        return keys[nth * nodes + node.number()];
    }
};

/// The full matrix of scores; arguments and errors as best_nodes.
///
/// Memory: for plain scores, 9 bytes a node and request, here and there.
template <space Space, policy::policy Policy> [[nodiscard]] expected<score_matrix<key_under<Policy>>, gpu_error>
score_all(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy, const std::vector<request>& requests) {
    Space& space = resident.in();
    const auto shapes = upload_requests(resident, cluster, policy, requests);
    if (!shapes) return unexpected<gpu_error>{shapes.error()};
    const std::size_t entries = requests.size() * cluster.size();
    auto keys = space.template allocate<key_under<Policy>>(entries);
    auto fits = space.template allocate<std::uint8_t>(entries);
    space.run(entries,
           detail::score_all<policy::scorer_of<Policy>>{resident.view(), shapes->entries.data(), keys.data(), fits.data()});
    auto all_keys = detail::fetched<key_under<Policy>>(space, keys, entries);
    if (!all_keys) return unexpected<gpu_error>{all_keys.error()};
    auto all_fits = detail::fetched<std::uint8_t>(space, fits, entries);
    if (!all_fits) return unexpected<gpu_error>{all_fits.error()};
    return score_matrix<key_under<Policy>>{cluster.size(), std::move(*all_keys), std::move(*all_fits)};
}

/// How many nodes take each request, and how many fail for which reason.
///
/// Errors: as best_nodes. Policies do not matter here.
///
/// @return [requests][fit::reason_count] they sum to the number of nodes; [none] of them fit
template <space Space> [[nodiscard]] expected<std::vector<std::array<std::uint32_t, fit::reason_count>>, gpu_error>
count_reasons(resident_cluster<Space>& resident, const cluster& cluster, const std::vector<request>& requests) {
    Space& space = resident.in();
    resident.update(cluster);
    const auto count = static_cast<std::uint32_t>(requests.size());
    auto sent = space.template allocate<request>(requests.size());
    space.write(sent, requests.data(), requests.size());
    const std::uint32_t parts = space.parts(resident.view().size);
    auto counts = space.template allocate<std::uint32_t>(std::size_t{count} * parts * fit::reason_count);
    auto sums = space.template allocate<std::uint32_t>(std::size_t{count} * fit::reason_count);
    space.run(std::uint64_t{count} * parts, detail::count_part{resident.view(), sent.data(), counts.data(), parts});
    space.run(std::uint64_t{count} * fit::reason_count, detail::sum_parts{counts.data(), sums.data(), parts});
    const auto flat = detail::fetched<std::uint32_t>(space, sums, std::size_t{count} * fit::reason_count);
    if (!flat) return unexpected<gpu_error>{flat.error()};
    std::vector<std::array<std::uint32_t, fit::reason_count>> reasons(requests.size());
    for (std::size_t i = 0; i < flat->size(); ++i) reasons[i / fit::reason_count][i % fit::reason_count] = (*flat)[i];
    return reasons;
}

} // namespace gpupack::gpu
