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
    OnType score{};      ///< Scores a node.
    type_glance least{}; ///< What it must have.
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

/// How many groups of four nodes there are.
[[nodiscard]] GPUPACK_HD constexpr std::uint32_t groups_of(const cluster_view& cluster) noexcept {
    return (cluster.size + sum_columns::group - 1) / sum_columns::group;
}

/// What ranking reads of four nodes: 16 bytes each, or 20 where slices are looked at.
template <bool Slices> struct sums_of_four {
    entries_of_four<std::int32_t> cpu;          ///< See sum_columns.
    entries_of_four<std::int32_t> memory;       ///< Likewise.
    entries_of_four<std::int32_t> part;         ///< Likewise.
    entries_of_four<std::uint32_t> glance;      ///< Likewise.
    entries_of_four<std::int32_t> slice_memory; ///< Likewise; read where slices are looked at.

    /// Reads a group; beyond the last one, nodes that nothing fits.
    [[nodiscard]] GPUPACK_HD static sums_of_four of(const cluster_view& cluster, std::uint32_t group) noexcept {
        sums_of_four sums{{-1, -1, -1, -1}, {}, {}, {}, {}};
        if (group >= groups_of(cluster)) return sums;
        const sum_columns& columns = cluster.columns;
        sums.cpu = four_of(columns.cpu, group);
        sums.glance = four_of(columns.glance, group);
        sums.memory = four_of(columns.memory, group);
        sums.part = four_of(columns.part, group);
        if constexpr (Slices) sums.slice_memory = four_of(columns.slice_memory, group);
        return sums;
    }
    /// Closes some of the four nodes, given as bits: no request fits them.
    GPUPACK_HD void close(std::uint32_t nodes) noexcept {
        for (std::uint32_t i = 0; i < sum_columns::group; ++i) cpu.at[i] = (nodes >> i & 1U) != 0 ? -1 : cpu.at[i];
    }
};

/// The best node that a thread has found.
struct found_node {
    std::uint32_t score = 0; ///< Plus one; 0 where there is none.
    std::uint32_t node = 0;  ///< Its number.

    /// See ranked_number.
    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t number() const noexcept {
        return score == 0 ? 0 : ranked_number::of(score - 1, node);
    }
};

/// The row of a node type, kept while the type stays: nodes of a type mostly follow each other.
template <class OnType> class kept_row {
  public:
    /// Keeps that of the first type.
    ///
    /// @param rows  [types] one at least
    GPUPACK_HD explicit kept_row(const type_row<OnType>* rows) noexcept : rows_{rows}, row_{rows[0]} {}

    /// That of a type.
    GPUPACK_HD const type_row<OnType>& operator()(std::uint32_t type) noexcept {
        if (type != type_) {
            row_ = rows_[type];
            type_ = type;
        }
        return row_;
    }

  private:
    const type_row<OnType>* rows_;
    type_row<OnType> row_;
    std::uint32_t type_ = 0;
};

/// The best of four nodes that were read, which come after those that were looked at before.
template <bool Slices, class OnType>
[[nodiscard]] GPUPACK_HD inline found_node best_of_sums(const sums_of_four<Slices>& sums, kept_row<OnType>& row_of,
                                                        std::uint32_t group, found_node best) noexcept {
#if GPUPACK_ON_DEVICE
#pragma unroll
#endif
    for (std::uint32_t i = 0; i < sum_columns::group; ++i) {
        const type_row<OnType>& row = row_of(sum_columns::type(sums.glance.at[i]));
        const bool fits = row.least.template fits<Slices>(sums.cpu.at[i], sums.memory.at[i], sums.glance.at[i],
                                                          sums.slice_memory.at[i]);
        const std::uint32_t points = row.score(sums.cpu.at[i], sums.memory.at[i], sums.part.at[i]) + 1;
        const std::uint32_t score = fits ? points : 0;
        if (score > best.score) best = {score, group * sum_columns::group + i};
    }
    return best;
}

/// The best of the groups first, first + step ..., but for nodes that are left out.
///
/// @param rows      [types] one at least
/// @param sums      of the first group, read before
/// @param left_out  left_out(group): those of its nodes, as bits
template <bool Slices, class OnType, class LeftOut>
[[nodiscard]] GPUPACK_HD inline found_node best_of_groups(const cluster_view& cluster, const type_row<OnType>* rows,
                                                          std::uint32_t first, std::uint32_t step,
                                                          sums_of_four<Slices> sums, LeftOut&& left_out) noexcept {
    found_node best;
    kept_row<OnType> row_of{rows};
    for (std::uint32_t g = first;
         ;) { // once at least: a test before it would have the compiler read the first one later
        sums.close(left_out(g));
        best = best_of_sums(sums, row_of, g, best);
        g += step;
        if (g >= groups_of(cluster)) return best;
        sums = sums_of_four<Slices>::of(cluster, g);
    }
}

/// Leaves no node out.
struct none_left_out {
    GPUPACK_HD constexpr std::uint32_t operator()(std::uint32_t) const noexcept { return 0; }
};

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
        *rows++ = {scorer.on_type(type, request), least};
    }
    return types.size() <= sum_columns::most_types;
}

/// The same as a vector; an empty one where write_rows returns false.
template <class Scorer> [[nodiscard]] std::vector<type_row<on_type_of<Scorer>>>
rows_of(const std::vector<node_type>& types, const request& request, const Scorer& scorer) {
    std::vector<type_row<on_type_of<Scorer>>> rows(types.size());
    if (!write_rows(types, request, scorer, rows.data())) rows.clear();
    return rows;
}

/// Whether slices are to be looked at for a request.
[[nodiscard]] inline bool is_for_slices(const request& request) noexcept {
    return request.gpus > 0 && request.share.way() == sharing::slices;
}

} // namespace gpupack::gpu::detail
