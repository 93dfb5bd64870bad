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
    int level = 0;
    std::uint32_t index = 0;

    friend constexpr bool operator==(cell, cell) = default;
    friend constexpr auto operator<=>(cell, cell) = default;
};

/// A level of a cell_chain: its name, and how many cells of the level below make one of its cells.
struct cell_level {
    std::string name;
    std::int64_t radix = 1;
};

/// Where a GPU of a cell_chain is: its node, and its index there.
struct gpu_place {
    node_id node{};
    int gpu = 0;

    friend constexpr bool operator==(gpu_place, gpu_place) = default;
};

/// The cells of one GPU model, from the single GPU up: a GPU, a pair, a quad, a node, a rack.
///
/// All cells of a level are alike: cell i covers the GPUs from i * size to (i + 1) * size - 1 of the chain. So its
/// arithmetic is that of whole numbers, and a cell is a level and a number.
/// levels  numbered from 0, the single GPU, to top()
/// cost    constant time where nothing else is said; a copy shares the names and the places
/// source  HiveD's cell hierarchy (docs/sources.md#hived). There, cells of a level may differ in their addresses
///         only; here they may belong to nodes of different sizes, too, as long as none holds a part of two
class cell_chain {
  public:
    static constexpr int most_levels = 16;
    static constexpr std::int64_t most_gpus = std::int64_t{1} << 24;

    /// Builds a chain.
    ///
    /// levels     from the single GPU up: {"gpu", 1}, {"pair", 2}, {"quad", 2}, {"node", 2}, {"rack", 4}
    /// top_cells  how many cells of the highest level there are
    /// gpus       [top_cells * the product of all radixes]  where each GPU is, cell by cell
    /// errors     no level or more than 16; a name that is empty or taken; a radix below 1, or of the lowest level
    ///            other than 1; no top cell; GPUs that are too many, too few or above 2^24; an index that is not 0
    ///            to 31; a GPU that comes twice; a cell with GPUs of several nodes that lacks one of theirs
    /// cost       O(levels * GPUs), with a look-up each
    [[nodiscard]] static expected<cell_chain, input_error>
    make(const std::vector<cell_level>& levels, std::int64_t top_cells, std::vector<gpu_place> gpus);

    /// The number of levels, and the highest.
    [[nodiscard]] int levels() const noexcept { return levels_; }
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
    [[nodiscard]] std::uint32_t size_of(int level) const {
        return sizes_[static_cast<std::size_t>(checked(level))];
    }
    /// How many cells of the level there are.
    [[nodiscard]] std::uint32_t count(int level) const { return gpus() / size_of(level); }
    /// How many cells of the level below make one of the level; 1 at the lowest.
    [[nodiscard]] std::uint32_t radix(int level) const {
        return level == 0 ? 1 : size_of(level) / size_of(level - 1);
    }
    /// How many GPUs the chain has.
    [[nodiscard]] std::uint32_t gpus() const noexcept { return static_cast<std::uint32_t>(parts_->gpus.size()); }

    /// Whether the chain has the cell. All functions below must be given cells that it has.
    [[nodiscard]] bool has(cell of) const {
        return of.level >= 0 && of.level < levels_ && of.index < count(of.level);
    }
    /// The cell's first GPU, as a number of the chain.
    [[nodiscard]] std::uint32_t first_gpu(cell of) const { return of.index * size_of(of.level); }
    /// The cell of that level which holds the cell, or is it; the level must not be lower.
    [[nodiscard]] cell ancestor(cell of, int level) const {
        GPUPACK_EXPECTS(level >= of.level, "a level that is not below the cell");
        return {level, of.index / (size_of(level) / size_of(of.level))};
    }
    /// The cell one level up; the cell must not be a top cell.
    [[nodiscard]] cell parent(cell of) const { return ancestor(of, of.level + 1); }
    /// The first cell of that level inside the cell, or the cell; the level must not be higher.
    [[nodiscard]] cell first_inside(cell of, int level) const {
        GPUPACK_EXPECTS(level <= of.level, "a level that is not above the cell");
        return {level, of.index * (size_of(of.level) / size_of(level))};
    }
    /// Part i, from 0, of the radix(level) parts of a cell that is no single GPU.
    [[nodiscard]] cell child(cell of, std::uint32_t i) const {
        GPUPACK_EXPECTS(of.level > 0 && i < radix(of.level), "a part that the cell has");
        return {of.level - 1, of.index * radix(of.level) + i};
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
    /// The cell's GPUs by node, in the order in which the nodes first come. Cost: a look-up a GPU.
    [[nodiscard]] std::vector<std::pair<node_id, gpu_set>> gpus_of(cell of) const;

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

inline std::vector<std::pair<node_id, gpu_set>> cell_chain::gpus_of(cell of) const {
    GPUPACK_EXPECTS(has(of), "a cell of the chain");
    std::vector<std::pair<node_id, gpu_set>> found;
    std::map<node_id, std::size_t> where;
    const std::uint32_t first = first_gpu(of);
    for (std::uint32_t gpu = first; gpu < first + size_of(of.level); ++gpu) {
        const gpu_place at = parts_->gpus[gpu];
        const auto [known, is_new] = where.emplace(at.node, found.size());
        if (is_new) found.emplace_back(at.node, gpu_set{});
        found[known->second].second.insert(at.gpu);
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
    std::set<std::pair<std::uint32_t, int>> seen;
    for (const gpu_place& at : gpus) {
        if (at.gpu < 0 || at.gpu > 31) return bad_input("GPU index", std::to_string(at.gpu), "0 to 31");
        if (seen.emplace(at.node.number(), at.gpu).second) continue;
        std::string twice{"node "};
        twice.append(std::to_string(at.node.number())).append(", GPU ").append(std::to_string(at.gpu));
        return bad_input("GPU", std::move(twice), "each GPU once");
    }
    return {};
}

/// Whether each cell lies within one node, or has all GPUs of its nodes that the chain has.
inline expected<void, input_error> cell_chain::check_nodes() const {
    std::map<node_id, int> of_node;
    for (const gpu_place& at : parts_->gpus) ++of_node[at.node];
    for (int level = 1; level < levels_; ++level)
        for (std::uint32_t index = 0; index < count(level); ++index) {
            const auto nodes = gpus_of({level, index});
            if (nodes.size() == 1) continue;
            for (const auto& [node, gpus] : nodes)
                if (gpus.size() != of_node[node])
                    return bad_input(std::string{name_of(level)}.append(" ").append(std::to_string(index)),
                                     std::string{"a part of node "}.append(std::to_string(node.number())),
                                     "GPUs of one node, or all GPUs of its nodes");
        }
    return {};
}

inline expected<cell_chain, input_error> cell_chain::make(const std::vector<cell_level>& levels,
                                                          std::int64_t top_cells, std::vector<gpu_place> gpus) {
    cell_chain made;
    std::vector<std::string> names;
    if (const auto right = made.take_levels(levels, names); !right) return unexpected<input_error>{right.error()};
    const std::int64_t top_size = made.sizes_[names.size() - 1];
    if (top_cells < 1 || top_cells > most_gpus / top_size)
        return bad_input("top cells", std::to_string(top_cells), "1 or more, with at most 16777216 GPUs");
    if (std::cmp_not_equal(gpus.size(), top_cells * top_size))
        return bad_input("GPUs", std::to_string(gpus.size()), std::to_string(top_cells * top_size));
    if (const auto right = check_places(gpus); !right) return unexpected<input_error>{right.error()};
    made.parts_ = std::make_shared<const parts>(parts{std::move(names), std::move(gpus)});
    if (const auto right = made.check_nodes(); !right) return unexpected<input_error>{right.error()};
    return made;
}

} // namespace gpupack::plan
