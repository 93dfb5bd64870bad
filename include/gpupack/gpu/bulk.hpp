// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/fall_blocks.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/score_bodies.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/policy/allocation_on_type.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

/// How many lists one is made of.
inline constexpr std::uint32_t merge_fan = 32;

/// The `length` best nodes for each shape, best first.
///
/// @param shapes       [count]
/// @param table_bytes  of the tables of one scorer, at most
template <class Scorer, class Space>
[[nodiscard]] auto rank_lists(Space& space, const cluster_view& cluster, const prepared_request<Scorer>* shapes,
                              std::uint32_t count, std::uint32_t length, std::size_t table_bytes) {
    using key = search::key_of<Scorer>;
    if constexpr (requires { space.template rank_best<Scorer>(cluster, shapes, count, nullptr, table_bytes); })
        if (length == 1) {
            auto best = space.template allocate<ranked_node<key>>(count);
            space.template rank_best<Scorer>(cluster, shapes, count, best.data(), table_bytes);
            return best;
        }
    std::uint32_t lists = space.parts(cluster.size);
    auto ranked = space.template allocate<ranked_node<key>>(std::size_t{count} * lists * length);
    space.run(std::uint64_t{count} * lists, rank_part<Scorer>{cluster, shapes, ranked.data(), lists, length});
    while (lists > 1) {
        const std::uint32_t after = (lists + merge_fan - 1) / merge_fan;
        auto merged = space.template allocate<ranked_node<key>>(std::size_t{count} * after * length);
        space.run(std::uint64_t{count} * after,
                  merge_lists<key>{ranked.data(), merged.data(), lists, after, merge_fan, length});
        ranked = std::move(merged);
        lists = after;
    }
    return ranked;
}

/// The most bytes of rows that a block copies into shared memory.
inline constexpr std::size_t most_row_bytes = 32 * 1024;

/// The best node for each request, by columns: where the policy scores by sums, and the sums decide whether each request fits
/// (type_glance). Nothing where they do not.
template <class Space, class Policy>
[[nodiscard]] std::optional<typename Space::template array<ranked_node<key_under<Policy>>>>
rank_by_sums(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
             const std::vector<request>& requests, std::uint64_t ordinal) {
    using row = type_row<on_type_of<policy::scorer_of<Policy>>>;
    const std::size_t types = cluster.types().size();
    if (types == 0 || types * sizeof(row) > most_row_bytes || requests.size() * types > std::size_t{1} << 20)
        return std::nullopt;
    std::vector<row> rows;
    bool for_slices = false;
    for (const request& each : requests) {
        const auto scorer = policy::prepare(policy, policy::decision{cluster, each, ordinal++});
        const std::vector<row> of_request = rows_of(cluster.types(), each, scorer);
        if (of_request.empty()) return std::nullopt;
        rows.insert(rows.end(), of_request.begin(), of_request.end());
        for_slices = for_slices || is_for_slices(each);
    }
    Space& space = resident.in();
    copied_vectors<Space> copies{space};
    const row* const copied_rows = copies(rows);
    const auto count = static_cast<std::uint32_t>(requests.size());
    const cluster_view view = resident.view();
    auto best = space.template allocate<ranked_node<key_under<Policy>>>(count);
    space.rank_columns(view, copied_rows, for_slices, count, best.data());
    return best;
}

/// The best node for each request by the fall of fragmentation, with what classes find summed up once (rank_falls.hpp). Nothing
/// where sums do not decide.
///
/// @param prepared  [requests]
template <class Space, class Scorer>
[[nodiscard]] std::optional<typename Space::template array<ranked_node<search::key_of<Scorer>>>>
rank_by_falls(resident_cluster<Space>& resident, const cluster& cluster, const policy::fragmentation_view& measure,
              const std::vector<request>& requests, const uploaded_requests<Space, Scorer>& prepared) {
    const fall_blocks blocks{cluster.types(), measure, requests};
    if (!blocks.decide()) return std::nullopt;
    Space& space = resident.in();
    copied_vectors<Space> copies{space};
    const fall_blocks_view copied = blocks.view(copies);
    const auto count = static_cast<std::uint32_t>(requests.size());
    auto best = space.template allocate<ranked_node<search::key_of<Scorer>>>(count);
    space.rank_falls(resident.view(), prepared.entries.data(), copied, count, best.data());
    return best;
}

/// Kernels know nodes by their numbers: gives each choice the id of the node that has the number now.
template <class Choice> void name_nodes(const cluster& cluster, std::vector<Choice>& choices) {
    for (Choice& each : choices)
        if (each.found()) each.node = cluster.id_at(each.node.number());
}

/// All of an array on the host, or why not.
template <class Entry, class Space> [[nodiscard]] expected<std::vector<Entry>, gpu_error>
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
/// Cost: a rank a node and request.
///
/// @param resident  brought up to date first
/// @param cluster   the cluster that it was made from
/// @param policy    which choice is the best
/// @param requests  valid
/// @param length    how many nodes a request; those beyond the last that fits are not found()
/// @param ordinal   the number of the first of the decisions; random policies draw by it
/// @return [requests, length] best first: higher score, then lower node; or what failed on the GPU
template <class Space, policy::policy Policy>
[[nodiscard]] expected<std::vector<ranked_selection<key_under<Policy>>>, gpu_error>
best_nodes(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
           const std::vector<request>& requests, std::uint32_t length = 1, std::uint64_t ordinal = 0) {
    GPUPACK_EXPECTS(length > 0, "one node at least");
    using scorer = policy::scorer_of<Policy>;
    Space& space = resident.in();
    const auto shapes = upload_requests(resident, cluster, policy, requests, ordinal);
    if (!shapes) return unexpected<gpu_error>{shapes.error()};
    const auto count = static_cast<std::uint32_t>(requests.size());
    const auto ranked = [&] {
        if constexpr (policy::scores_by_sums<scorer>)
            if (length == 1)
                if (auto found = detail::rank_by_sums(resident, cluster, policy, requests, ordinal))
                    return std::move(*found);
        if constexpr (policy::scores_by_fall<scorer>)
            if (length == 1 && count > 0) {
                const scorer measuring = policy::prepare(policy, policy::decision{cluster, requests.front(), ordinal});
                if (auto found = detail::rank_by_falls(resident, cluster, measuring.measure(), requests, *shapes))
                    return std::move(*found);
            }
        return detail::rank_lists<scorer>(space, resident.view(), shapes->entries.data(), count, length,
                                          shapes->table_bytes);
    }();
    auto choices = space.template allocate<ranked_selection<key_under<Policy>>>(std::size_t{count} * length);
    space.run(std::uint64_t{count} * length, detail::choose_gpus<scorer>{resident.view(), shapes->entries.data(),
                                                                         ranked.data(), choices.data(), length});
    auto named = detail::fetched<ranked_selection<key_under<Policy>>>(space, choices, std::size_t{count} * length);
    if (named) detail::name_nodes(cluster, *named);
    return named;
}

/// What every node scores for every request.
template <class Key> struct score_matrix {
    std::size_t nodes = 0;          ///< Number of nodes.
    std::vector<Key> keys;          ///< [requests, nodes] where the node fits.
    std::vector<std::uint8_t> fits; ///< [requests, nodes] 1 where it does.

    /// Whether the nth request fits the node.
    [[nodiscard]] bool fits_on(std::size_t nth, node_id node) const { return fits[nth * nodes + node.number()] != 0; }
    [[nodiscard]] const Key& operator()(std::size_t nth, node_id node) const {
        return keys[nth * nodes + node.number()];
    }
};

/// The full matrix of scores; arguments and errors as best_nodes.
///
/// Memory: for plain scores, 9 bytes a node and request, here and there.
template <class Space, policy::policy Policy> [[nodiscard]] expected<score_matrix<key_under<Policy>>, gpu_error>
score_all(resident_cluster<Space>& resident, const cluster& cluster, const Policy& policy,
          const std::vector<request>& requests) {
    Space& space = resident.in();
    const auto shapes = upload_requests(resident, cluster, policy, requests);
    if (!shapes) return unexpected<gpu_error>{shapes.error()};
    const std::size_t entries = requests.size() * cluster.size();
    auto keys = space.template allocate<key_under<Policy>>(entries);
    auto fits = space.template allocate<std::uint8_t>(entries);
    space.run(entries, detail::score_all<policy::scorer_of<Policy>>{resident.view(), shapes->entries.data(),
                                                                    keys.data(), fits.data()});
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
template <class Space> [[nodiscard]] expected<std::vector<std::array<std::uint32_t, fit::reason_count>>, gpu_error>
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
