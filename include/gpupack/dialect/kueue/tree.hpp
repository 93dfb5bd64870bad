// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect {

/// The domains of a topology, level by level from the widest to the narrowest. The domains of a level are numbered by their values
/// from the top, so that a lower number is what Kueue prefers of equals, and the children of a domain stand side by side.
class kueue_tree {
  public:
    /// One domain.
    struct domain {
        std::vector<std::string> path; ///< The values of its levels, the widest first.
        std::size_t first = 0;         ///< Its first child on the next level.
        std::size_t last = 0;          ///< The one behind its last child.
    };

    /// Nodes with the same values are one leaf. Kueue tells nodes apart by their name alone, so names must differ.
    ///
    /// @param nodes  the value of each level for each node, the widest level first; all of one length, which is not 0
    explicit kueue_tree(const std::vector<std::vector<std::string>>& nodes) {
        GPUPACK_EXPECTS(!nodes.empty() && !nodes.front().empty(), "a topology has nodes and levels");
        const std::size_t depth = nodes.front().size();
        for (const auto& each : nodes) GPUPACK_EXPECTS(each.size() == depth, "each node has a value for each level");
        levels_.resize(depth);
        std::vector<std::vector<std::string>> paths = nodes;
        std::sort(paths.begin(), paths.end());
        for (const auto& path : paths) add(path);
        for (const auto& path : nodes) leaf_of_.push_back(find_leaf(path));
    }

    /// How many levels there are.
    [[nodiscard]] int levels() const noexcept { return static_cast<int>(levels_.size()); }
    /// The domains of a level, by their values.
    ///
    /// @param number  of the level; 0 is the widest
    [[nodiscard]] const std::vector<domain>& level(int number) const {
        return levels_[static_cast<std::size_t>(number)];
    }
    /// The domains of the narrowest level.
    [[nodiscard]] const std::vector<domain>& leaves() const noexcept { return levels_.back(); }
    /// The leaf of a node.
    ///
    /// @param node  its place in the list that the tree was made of
    [[nodiscard]] std::size_t leaf_of(std::size_t node) const { return leaf_of_[node]; }

  private:
    /// Adds what is new of a path; paths come in order.
    void add(const std::vector<std::string>& path) {
        for (std::size_t level = 0; level < path.size(); ++level) {
            std::vector<std::string> prefix(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(level) + 1);
            if (!levels_[level].empty() && levels_[level].back().path == prefix) continue;
            const std::size_t child = level + 1 < levels_.size() ? levels_[level + 1].size() : 0;
            levels_[level].push_back({std::move(prefix), child, child});
            if (level > 0) levels_[level - 1].back().last = levels_[level].size();
        }
    }
    [[nodiscard]] std::size_t find_leaf(const std::vector<std::string>& path) const {
        const auto found = std::lower_bound(leaves().begin(), leaves().end(), path,
                                            [](const domain& leaf, const auto& value) { return leaf.path < value; });
        return static_cast<std::size_t>(found - leaves().begin());
    }

    std::vector<std::vector<domain>> levels_; // [levels][domains]
    std::vector<std::size_t> leaf_of_{};      // [nodes]
};

} // namespace gpupack::dialect
