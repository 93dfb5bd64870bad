// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// A cell of a cell_chain: a level, 0 for single GPUs, and its number among the cells of that level.
struct cell {
    int level = 0;           ///< 0 for single GPUs.
    std::uint32_t index = 0; ///< Among the cells of that level.

    friend constexpr bool operator==(cell, cell) = default;
    friend constexpr auto operator<=>(cell, cell) = default;
};

/// A level of a cell_chain: its name, and how many cells of the level below make one of its cells.
struct cell_level {
    std::string name;       ///< "gpu", "pair", "node" ...
    std::int64_t radix = 1; ///< How many cells of the level below make one of its cells.
};

/// Where a GPU of a cell_chain is: its node, and its index there.
struct gpu_place {
    node_id node{}; ///< The node; none() where there is no GPU yet.
    int gpu = 0;    ///< Index on the node.

    /// Whether there is no GPU yet.
    [[nodiscard]] constexpr bool vacant() const noexcept { return node == node_id::none(); }

    friend constexpr bool operator==(gpu_place, gpu_place) = default;
};

/// The cells of one GPU model, from the single GPU up: a GPU, a pair, a quad, a node, a rack.
///
/// All cells of a level are alike: cell i covers the GPUs from i * size to (i + 1) * size - 1 of the chain. So its
/// arithmetic is that of whole numbers, and a cell is a level and a number.
/// Levels are numbered from 0, the single GPU, to top(). Cost: constant time where nothing else is said; a copy shares the
/// names and the places.
/// Source: HiveD's cell hierarchy (docs/sources.md#hived). There, cells of a level may differ in their addresses only; here
/// they may belong to nodes of different sizes, too, as long as none holds a part of two.
class cell_chain {
  public:
    static constexpr int most_levels = 16;                           ///< Levels of a chain, at most.
    static constexpr std::int64_t most_gpus = std::int64_t{1} << 24; ///< GPUs of a cell, at most.

    /// Builds a chain. Cost: O(levels * GPUs), with a look-up each.
    ///
    /// @param levels     from the single GPU up: {"gpu", 1}, {"pair", 2}, {"quad", 2}, {"node", 2}, {"rack", 4}
    /// @param top_cells  how many cells of the highest level there are
    /// @param gpus       [top_cells * the product of all radixes] where each GPU is, cell by cell
    /// @return           the chain; or an error: no level or more than 16; a name that is empty or taken; a radix below 1,
    ///                   or of the lowest level other than 1; no top cell; GPUs that are too many, too few or above 2^24;
    ///                   an index that is not 0 to 31; a GPU that comes twice; a cell with GPUs of several nodes that
    ///                   lacks one of theirs
    [[nodiscard]] static expected<cell_chain, input_error> make(const std::vector<cell_level>& levels,
                                                                std::int64_t top_cells, std::vector<gpu_place> gpus);

    /// How many levels there are.
    [[nodiscard]] int levels() const noexcept { return levels_; }
    /// The highest level.
    [[nodiscard]] int top() const noexcept { return levels_ - 1; }

    /// What the level is called.
    [[nodiscard]] const std::string& name_of(int level) const {
        return parts_->names[static_cast<std::size_t>(checked(level))];
    }
    /// The level of that name; nothing where none has it. Cost: a comparison a level.
    [[nodiscard]] std::optional<int> level_named(std::string_view name) const noexcept {
        for (int level = 0; level < levels_; ++level)
            if (name_of(level) == name) return level;
        return std::nullopt;
    }

    /// How many GPUs a cell of the level has.
    [[nodiscard]] std::uint32_t size_of(int level) const { return sizes_[static_cast<std::size_t>(checked(level))]; }
    /// How many cells of the level there are.
    [[nodiscard]] std::uint32_t count(int level) const { return gpus() / size_of(level); }
    /// How many cells of the level below make one of the level; 1 at the lowest.
    [[nodiscard]] std::uint32_t radix(int level) const { return level == 0 ? 1 : size_of(level) / size_of(level - 1); }
    /// How many GPUs the chain has.
    [[nodiscard]] std::uint32_t gpus() const noexcept { return static_cast<std::uint32_t>(parts_->gpus.size()); }

    /// Whether the chain has the cell. All functions below must be given cells that it has.
    [[nodiscard]] bool has(cell piece) const {
        return piece.level >= 0 && piece.level < levels_ && piece.index < count(piece.level);
    }
    /// The cell's first GPU, as a number of the chain.
    [[nodiscard]] std::uint32_t first_gpu(cell piece) const { return piece.index * size_of(piece.level); }
    /// The cell of that level which holds the cell, or is it; the level must not be lower.
    [[nodiscard]] cell ancestor(cell piece, int level) const {
        GPUPACK_EXPECTS(level >= piece.level, "a level that is not below the cell");
        return {level, piece.index / (size_of(level) / size_of(piece.level))};
    }
    /// The cell one level up; the cell must not be a top cell.
    [[nodiscard]] cell parent(cell piece) const { return ancestor(piece, piece.level + 1); }
    /// The first cell of that level inside the cell, or the cell; the level must not be higher.
    [[nodiscard]] cell first_inside(cell outer, int level) const {
        GPUPACK_EXPECTS(level <= outer.level, "a level that is not above the cell");
        return {level, outer.index * (size_of(outer.level) / size_of(level))};
    }
    /// The nth part, from 0, of the radix(level) parts of a cell that is no single GPU.
    [[nodiscard]] cell child(cell outer, std::uint32_t nth) const {
        GPUPACK_EXPECTS(outer.level > 0 && nth < radix(outer.level), "a part that the cell has");
        return {outer.level - 1, outer.index * radix(outer.level) + nth};
    }
    /// Whether one cell holds all of the other, or is it.
    [[nodiscard]] bool covers(cell outer, cell inner) const {
        return outer.level >= inner.level && ancestor(inner, outer.level) == outer;
    }

    /// Where a GPU of the chain is.
    [[nodiscard]] gpu_place place_of(std::uint32_t gpu) const {
        GPUPACK_EXPECTS(gpu < gpus(), "a GPU of the chain");
        return parts_->gpus[gpu];
    }
    /// The same chain with the GPUs 0, 1, ... of a node in the place of a cell: a node that came, in a place that was vacant or
    /// whose node is gone. Cost: that of make().
    ///
    /// Errors: a cell that the chain has not; those of make().
    [[nodiscard]] expected<cell_chain, input_error> with_node(cell where, node_id node) const;
    /// The cell's GPUs by node, in the order in which the nodes first come; without vacant places. Cost: a look-up a GPU.
    [[nodiscard]] std::vector<std::pair<node_id, gpu_set>> gpus_of(cell piece) const;

  private:
    /// What no copy changes.
    struct parts {
        std::vector<std::string> names;
        std::vector<gpu_place> gpus;
    };

    cell_chain() = default;

    [[nodiscard]] int checked(int level) const {
        GPUPACK_EXPECTS(level >= 0 && level < levels_, "a level of the chain");
        return level;
    }
    expected<void, input_error> take_levels(const std::vector<cell_level>& levels, std::vector<std::string>& names);
    static expected<void, input_error> check_places(const std::vector<gpu_place>& gpus);
    [[nodiscard]] expected<void, input_error> check_nodes() const;

    std::shared_ptr<const parts> parts_;
    std::array<std::uint32_t, most_levels> sizes_{};
    int levels_ = 0;
};

inline std::vector<std::pair<node_id, gpu_set>> cell_chain::gpus_of(cell piece) const {
    GPUPACK_EXPECTS(has(piece), "a cell of the chain");
    std::vector<std::pair<node_id, gpu_set>> found;
    std::map<node_id, std::size_t> where;
    const std::uint32_t first = first_gpu(piece);
    for (std::uint32_t gpu = first; gpu < first + size_of(piece.level); ++gpu) {
        const gpu_place place = parts_->gpus[gpu];
        if (place.vacant()) continue;
        const auto [known, is_new] = where.emplace(place.node, found.size());
        if (is_new) found.emplace_back(place.node, gpu_set{});
        found[known->second].second.insert(place.gpu);
    }
    return found;
}

inline expected<void, input_error> cell_chain::take_levels(const std::vector<cell_level>& levels,
                                                           std::vector<std::string>& names) {
    if (levels.empty() || levels.size() > most_levels)
        return bad_input("levels", std::to_string(levels.size()), "from 1 to 16 levels");
    std::int64_t size = 1;
    for (const cell_level& each : levels) {
        if (each.name.empty()) return bad_input("level", each.name, "a name");
        if (std::find(names.begin(), names.end(), each.name) != names.end())
            return bad_input("level", each.name, "a name that no other level has");
        if (names.empty() && each.radix != 1)
            return bad_input(each.name, std::to_string(each.radix), "1: a cell of the lowest level is one GPU");
        if (each.radix < 1 || each.radix > most_gpus / size)
            return bad_input(each.name, std::to_string(each.radix),
                             "1 or more cells of the level below, and at most 16777216 GPUs");
        size *= each.radix;
        sizes_[names.size()] = static_cast<std::uint32_t>(size);
        names.push_back(each.name);
    }
    levels_ = static_cast<int>(levels.size());
    return {};
}

inline expected<void, input_error> cell_chain::check_places(const std::vector<gpu_place>& gpus) {
    std::set<std::pair<std::uint32_t, int>> seen; // by all bits of an id: a number may have had several nodes
    for (const gpu_place& each : gpus) {
        if (each.vacant()) continue;
        if (each.gpu < 0 || each.gpu > 31) return bad_input("GPU index", std::to_string(each.gpu), "0 to 31");
        if (seen.emplace(each.node.bits(), each.gpu).second) continue;
        std::string twice{"node "};
        twice.append(std::to_string(each.node.number())).append(", GPU ").append(std::to_string(each.gpu));
        return bad_input("GPU", std::move(twice), "each GPU once");
    }
    return {};
}

/// Whether each cell lies within one node, or has all GPUs of its nodes that the chain has.
inline expected<void, input_error> cell_chain::check_nodes() const {
    std::map<node_id, int> of_node;
    for (const gpu_place& each : parts_->gpus) ++of_node[each.node];
    for (int level = 1; level < levels_; ++level)
        for (std::uint32_t index = 0; index < count(level); ++index) {
            const auto nodes = gpus_of({level, index});
            if (nodes.size() < 2) continue;
            for (const auto& [node, gpus] : nodes)
                if (gpus.size() != of_node[node])
                    return bad_input(std::string{name_of(level)}.append(" ").append(std::to_string(index)),
                                     std::string{"a part of node "}.append(std::to_string(node.number())),
                                     "GPUs of one node, or all GPUs of its nodes");
        }
    return {};
}

inline expected<cell_chain, input_error> cell_chain::make(const std::vector<cell_level>& levels, std::int64_t top_cells,
                                                          std::vector<gpu_place> gpus) {
    cell_chain chain;
    std::vector<std::string> names;
    if (const auto valid = chain.take_levels(levels, names); !valid) return unexpected<input_error>{valid.error()};
    const std::int64_t top_size = chain.sizes_[names.size() - 1];
    if (top_cells < 1 || top_cells > most_gpus / top_size)
        return bad_input("top cells", std::to_string(top_cells), "1 or more, with at most 16777216 GPUs");
    if (std::cmp_not_equal(gpus.size(), top_cells * top_size))
        return bad_input("GPUs", std::to_string(gpus.size()), std::to_string(top_cells * top_size));
    if (const auto valid = check_places(gpus); !valid) return unexpected<input_error>{valid.error()};
    chain.parts_ = std::make_shared<const parts>(parts{std::move(names), std::move(gpus)});
    if (const auto valid = chain.check_nodes(); !valid) return unexpected<input_error>{valid.error()};
    return chain;
}

inline expected<cell_chain, input_error> cell_chain::with_node(cell where, node_id node) const {
    if (!has(where)) return bad_input("cell", std::to_string(where.index), "a cell of the chain");
    cell_chain changed = *this;
    std::vector<gpu_place> places = parts_->gpus;
    for (std::uint32_t i = 0; i < size_of(where.level); ++i) places[first_gpu(where) + i] = {node, static_cast<int>(i)};
    if (const auto valid = check_places(places); !valid) return unexpected<input_error>{valid.error()};
    changed.parts_ = std::make_shared<const parts>(parts{parts_->names, std::move(places)});
    if (const auto valid = changed.check_nodes(); !valid) return unexpected<input_error>{valid.error()};
    return changed;
}

} // namespace gpupack::plan
