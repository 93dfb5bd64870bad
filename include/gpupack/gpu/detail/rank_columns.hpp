// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// All that a kernel needs to know of a node type and a request, where sums decide (policy::scores_by_sums): prepared once.
template <class OnType> struct alignas(16) type_row {
    type_glance least{}; ///< What a node must have.
    OnType score{};      ///< Scores it.
};

/// What scorer.on_type() returns.
template <class Scorer> using on_type_of = std::remove_cvref_t<decltype(std::declval<const Scorer&>().on_type(
    std::declval<const node_type&>(), std::declval<const request&>()))>;

/// A node with its score, as one number: the higher comes first. 0: none.
class ranked_number {
  public:
    /// @param score  below 2^31
    [[nodiscard]] GPUPACK_HD static constexpr std::uint64_t of(std::uint32_t score, std::uint32_t node) noexcept {
        return std::uint64_t{score + 1} << 32 | (0xffffffffU - node);
    }
    /// The node behind a number.
    template <class Key>
    [[nodiscard]] GPUPACK_HD static constexpr ranked_node<Key> node(std::uint64_t number) noexcept {
        if (number == 0) return {};
        return {static_cast<Key>((number >> 32) - 1), node_id{0xffffffffU - static_cast<std::uint32_t>(number)}};
    }
};

/// Four entries of a column.
template <class Entry> struct alignas(16) entries_of_four { Entry at[sum_columns::group]; };

/// Four entries, in one load.
template <class Entry>
[[nodiscard]] GPUPACK_HD inline entries_of_four<Entry> four_of(const Entry* column, std::uint32_t group) noexcept {
#if GPUPACK_ON_DEVICE
    const int4 loaded = __ldg(reinterpret_cast<const int4*>(column) + group);
    return {static_cast<Entry>(loaded.x), static_cast<Entry>(loaded.y), static_cast<Entry>(loaded.z),
            static_cast<Entry>(loaded.w)};
#else
    const Entry* const first = column + std::size_t{group} * sum_columns::group;
    return {first[0], first[1], first[2], first[3]};
#endif
}

/// What ranking reads of four nodes.
template <bool Slices> struct sums_of_four {
    entries_of_four<std::int32_t> cpu;          ///< See sum_columns.
    entries_of_four<std::int32_t> memory;       ///< Likewise.
    entries_of_four<std::int32_t> part;         ///< Likewise.
    entries_of_four<std::uint32_t> glance;      ///< Likewise.
    entries_of_four<std::uint32_t> type;        ///< cluster_view::type_of.
    entries_of_four<std::int32_t> slice_memory; ///< Set where slices are looked at.

    /// Reads a group.
    [[nodiscard]] GPUPACK_HD static sums_of_four of(const cluster_view& cluster, std::uint32_t group) noexcept {
        const sum_columns& columns = cluster.columns;
        sums_of_four sums{four_of(columns.cpu, group),    four_of(columns.memory, group),  four_of(columns.part, group),
                          four_of(columns.glance, group), four_of(cluster.type_of, group), {}};
        if constexpr (Slices) sums.slice_memory = four_of(columns.slice_memory, group);
        return sums;
    }
    /// Closes some of the four nodes, given as bits: no request fits them.
    GPUPACK_HD void close(std::uint32_t nodes) noexcept {
        for (std::uint32_t i = 0; i < sum_columns::group; ++i) cpu.at[i] = (nodes >> i & 1U) != 0 ? -1 : cpu.at[i];
    }
};

/// The best of four nodes that were read.
///
/// @param rows  [types]
template <bool Slices, class OnType>
[[nodiscard]] GPUPACK_HD inline std::uint64_t best_of_sums(const sums_of_four<Slices>& sums,
                                                           const type_row<OnType>* rows, std::uint32_t group,
                                                           std::uint64_t best) noexcept {
#if GPUPACK_ON_DEVICE
#pragma unroll
#endif
    for (std::uint32_t i = 0; i < sum_columns::group; ++i) {
        const type_row<OnType>& row = rows[sums.type.at[i]];
        const bool fits = row.least.template fits<Slices>(sums.cpu.at[i], sums.memory.at[i], sums.glance.at[i],
                                                          sums.slice_memory.at[i]);
        const std::uint32_t score = row.score(sums.cpu.at[i], sums.memory.at[i], sums.part.at[i]);
        const std::uint64_t here = fits ? ranked_number::of(score, group * sum_columns::group + i) : 0;
        best = here > best ? here : best;
    }
    return best;
}

/// The best of four nodes.
///
/// @param rows  [types]
template <bool Slices, class OnType>
[[nodiscard]] GPUPACK_HD inline std::uint64_t best_of_four(const cluster_view& cluster, const type_row<OnType>* rows,
                                                           std::uint32_t group, std::uint64_t best) noexcept {
    return best_of_sums<Slices>(sums_of_four<Slices>::of(cluster, group), rows, group, best);
}

/// The best of the groups first, first + step ...
template <bool Slices, class OnType>
[[nodiscard]] GPUPACK_HD inline std::uint64_t best_of_groups(const cluster_view& cluster, const type_row<OnType>* rows,
                                                             std::uint32_t first, std::uint32_t step) noexcept {
    std::uint64_t best = 0;
    const std::uint32_t groups = (cluster.size + sum_columns::group - 1) / sum_columns::group;
    for (std::uint32_t g = first; g < groups; g += step) best = best_of_four<Slices>(cluster, rows, g, best);
    return best;
}

/// Writes the rows of a request for all types.
///
/// @param rows  [types]
/// @return      false where sums do not decide, or where the numbers are beyond 32 bits
template <class Scorer> [[nodiscard]] bool write_rows(const std::vector<node_type>& types, const request& request,
                                                      const Scorer& scorer, type_row<on_type_of<Scorer>>* rows) {
    for (const node_type& type : types) {
        bool decides = false;
        const type_glance least = type_glance::of(type, request, decides);
        if (!decides || !scorer.is_exact_on(type)) return false;
        *rows++ = {least, scorer.on_type(type, request)};
    }
    return true;
}

/// The same as a vector; an empty one where write_rows returns false.
template <class Scorer> [[nodiscard]] std::vector<type_row<on_type_of<Scorer>>>
rows_of(const std::vector<node_type>& types, const request& request, const Scorer& scorer) {
    std::vector<type_row<on_type_of<Scorer>>> rows(types.size());
    if (!write_rows(types, request, scorer, rows.data())) rows.clear();
    return rows;
}

/// Whether rows are of a request for slices: of all types alike.
[[nodiscard]] inline bool is_for_slices(const request& request) noexcept {
    return request.gpus > 0 && request.share.way() == sharing::slices;
}

/// Ranks by columns where no kernel does: index = request * parts + part.
template <class OnType> struct rank_columns_part {
    cluster_view cluster;
    const type_row<OnType>* rows;   ///< [requests, types]
    const std::uint8_t* for_slices; ///< [requests]
    std::uint64_t* numbers;         ///< [requests, parts]
    std::uint32_t parts;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const auto part = static_cast<std::uint32_t>(index % parts);
        const std::uint64_t nth = index / parts;
        const type_row<OnType>* const mine = rows + nth * cluster.type_count;
        numbers[index] = for_slices[nth] != 0 ? best_of_groups<true>(cluster, mine, part, parts)
                                              : best_of_groups<false>(cluster, mine, part, parts);
    }
};

/// Finds the best of the parts: index = request.
template <class Key> struct join_numbers {
    const std::uint64_t* numbers; ///< [requests, parts]
    ranked_node<Key>* best;       ///< [requests]
    std::uint32_t parts;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        std::uint64_t found = 0;
        for (std::uint32_t p = 0; p < parts; ++p)
            if (const std::uint64_t next = numbers[index * parts + p]; next > found) found = next;
        best[index] = ranked_number::node<Key>(found);
    }
};

} // namespace gpupack::gpu::detail
