// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/hash_index.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/topology/domain_tree.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Describes a domain_tree domain by domain, in any order; build() checks the whole and makes it.
class domain_tree_builder {
  public:
    /// A tree with these levels.
    ///
    /// @param levels  names, widest first: {"zone", "rack", "nvlink"}
    explicit domain_tree_builder(std::vector<std::string> levels) : levels_{std::move(levels)} {}

    /// Adds a domain.
    ///
    /// @param name    unique in the cluster
    /// @param level   one of the levels
    /// @param parent  a domain of a wider level; empty: the cluster
    domain_tree_builder& add(std::string name, std::string level, std::string parent = {}) & {
        rows_.push_back({std::move(name), std::move(level), std::move(parent)});
        return *this;
    }
    /// Adds a domain.
    domain_tree_builder&& add(std::string name, std::string level, std::string parent = {}) && {
        return std::move(add(std::move(name), std::move(level), std::move(parent)));
    }

    /// The tree.
    ///
    /// Errors: a level or domain named twice, a level or parent that there is not, a domain that is its own
    /// ancestor, a parent of no wider level; the first one met.
    [[nodiscard]] expected<domain_tree, input_error> build() const {
        domain_tree tree;
        for (const std::string& level : levels_) {
            if (level == "node" || tree.level(level))
                return bad_input("level", level, "a name that no other level has, cluster and node among them");
            tree.levels_.push_back(level);
        }
        hash_index by_name;
        for (std::size_t r = 0; r < rows_.size(); ++r) {
            if (rows_[r].name.empty() || rows_[r].name == "cluster" || row_of(rows_[r].name, by_name) != nullptr)
                return bad_input("domain", rows_[r].name, "a name that no other domain has");
            by_name.insert(hash_of(rows_[r].name), static_cast<std::uint32_t>(r));
        }
        for (const row& each : rows_)
            if (auto wrong = problem_of(each, tree, by_name)) return unexpected<input_error>{*std::move(wrong)};
        std::vector<domain_id> ids(rows_.size());
        // Wider levels first, so that parents get the lower ids.
        for (std::size_t level = 1; level < tree.levels_.size(); ++level)
            for (std::size_t r = 0; r < rows_.size(); ++r) {
                const row& each = rows_[r];
                if (each.level != tree.levels_[level]) continue;
                const domain_id parent =
                    each.parent.empty() ? domain_id{}
                                        : ids[static_cast<std::size_t>(row_of(each.parent, by_name) - rows_.data())];
                const domain_id added{static_cast<std::uint32_t>(tree.domains_.size())};
                ids[r] = added;
                tree.children_[parent.number()].push_back(added);
                tree.children_.emplace_back();
                tree.domains_.push_back({each.name, static_cast<int>(level), parent});
            }
        return tree;
    }

  private:
    struct row {
        std::string name;
        std::string level;
        std::string parent;
    };

    /// The row of the domain of that name; null where there is none.
    [[nodiscard]] const row* row_of(std::string_view name, const hash_index& by_name) const {
        const auto found = by_name.find(hash_of(name), [&](std::uint32_t r) { return rows_[r].name == name; });
        return found ? &rows_[*found] : nullptr;
    }

    [[nodiscard]] std::optional<input_error> problem_of(const row& entry, const domain_tree& tree,
                                                        const hash_index& by_name) const {
        const std::string where = std::string{"domain "}.append(entry.name);
        const auto level = tree.level(entry.level);
        if (!level || *level == 0) return input_error{{}, 0, where, entry.level, "a level of this tree"};
        if (entry.parent.empty()) return std::nullopt;
        const row* const parent = row_of(entry.parent, by_name);
        if (parent == nullptr) return input_error{{}, 0, where, entry.parent, "a parent that there is"};
        std::size_t steps = 0;
        for (const row* ancestor = parent; ancestor != nullptr; ancestor = row_of(ancestor->parent, by_name), ++steps)
            if (ancestor == &entry || steps > rows_.size())
                return input_error{{}, 0, where, entry.parent, "a tree: no domain is its own ancestor"};
        const auto wider = tree.level(parent->level);
        if (wider && *wider >= *level) return input_error{{}, 0, where, entry.parent, "a parent of a wider level"};
        return std::nullopt;
    }

    std::vector<std::string> levels_;
    std::vector<row> rows_;
};

} // namespace gpupack
