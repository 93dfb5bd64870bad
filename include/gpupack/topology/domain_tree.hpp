// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace tag {
/// Tag of domain ids.
struct domain {};
} // namespace tag

/// The index of a domain in its domain_tree: parents before their children, 0 is the whole cluster.
using domain_id = id<tag::domain, std::uint32_t>;

/// A part of a cluster whose nodes are close to each other: the GPUs that one NVLink fabric joins, a rack, a block.
struct domain {
    std::string name;   ///< Unique in the cluster.
    int level = 0;      ///< Index into domain_tree::levels().
    domain_id parent{}; ///< The domain that it is a part of; its own id for the whole cluster.

    friend bool operator==(const domain&, const domain&) = default;
};

/// The domains of a cluster as a tree of any depth, with names for its levels. The default has the cluster alone.
///
/// Built by domain_tree_builder, so that it is valid from the start.
class domain_tree {
  public:
    domain_tree() = default;

    /// The number of domains, the cluster counted in.
    [[nodiscard]] std::size_t size() const noexcept { return domains_.size(); }
    [[nodiscard]] const domain& operator[](domain_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "a domain of this tree");
        return domains_[id.number()];
    }
    /// Names of the levels, widest first: "cluster", then those given. Nodes stand below the last.
    [[nodiscard]] const std::vector<std::string>& levels() const noexcept { return levels_; }

    /// The domain of that name, if there is one. Cost: a comparison a domain.
    [[nodiscard]] std::optional<domain_id> find(std::string_view name) const {
        for (std::uint32_t d = 0; d < domains_.size(); ++d)
            if (domains_[d].name == name) return domain_id{d};
        return std::nullopt;
    }
    /// The level of that name, if there is one.
    [[nodiscard]] std::optional<int> level(std::string_view name) const {
        for (std::size_t l = 0; l < levels_.size(); ++l)
            if (levels_[l] == name) return static_cast<int>(l);
        return std::nullopt;
    }

    /// The domains that are direct parts of one.
    [[nodiscard]] const std::vector<domain_id>& children(domain_id parent) const {
        GPUPACK_EXPECTS(parent.number() < size(), "a domain of this tree");
        return children_[parent.number()];
    }

    /// The narrowest domain that holds both. Cost: the depth of the tree.
    [[nodiscard]] domain_id common(domain_id a, domain_id b) const {
        while (!(a == b)) { // parents have the lower ids
            domain_id& lower = a < b ? b : a;
            lower = (*this)[lower].parent;
        }
        return a;
    }

    friend bool operator==(const domain_tree& a, const domain_tree& b) {
        return a.levels_ == b.levels_ && a.domains_ == b.domains_;
    }

  private:
    friend class domain_tree_builder;

    std::vector<std::string> levels_{"cluster"};
    std::vector<domain> domains_{{"cluster", 0, domain_id{}}};
    std::vector<std::vector<domain_id>> children_{1};
};

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
    /// A template, so that only those who call it compile the maps that it needs.
    ///
    /// Errors: a level or domain named twice, a level or parent that there is not, a domain that is its own
    /// ancestor, a parent of no wider level; the first one met.
    template <class Index = std::uint32_t> [[nodiscard]] expected<domain_tree, input_error> build() const {
        domain_tree tree;
        for (const std::string& level : levels_) {
            if (level == "node" || tree.level(level))
                return bad_input("level", level, "a name that no other level has, cluster and node among them");
            tree.levels_.push_back(level);
        }
        std::unordered_map<std::string_view, Index> rows;
        for (Index r = 0; r < rows_.size(); ++r)
            if (rows_[r].name.empty() || rows_[r].name == "cluster" || !rows.emplace(rows_[r].name, r).second)
                return bad_input("domain", rows_[r].name, "a name that no other domain has");
        for (const row& each : rows_)
            if (auto wrong = problem_of(each, tree, rows)) return unexpected<input_error>{*std::move(wrong)};
        std::vector<domain_id> ids(rows_.size());
        // Wider levels first, so that parents get the lower ids.
        for (std::size_t level = 1; level < tree.levels_.size(); ++level)
            for (std::size_t r = 0; r < rows_.size(); ++r) {
                const row& each = rows_[r];
                if (each.level != tree.levels_[level]) continue;
                const domain_id parent = each.parent.empty() ? domain_id{} : ids[rows.at(each.parent)];
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

    template <class Rows> [[nodiscard]] std::optional<input_error>
    problem_of(const row& entry, const domain_tree& tree, const Rows& rows) const {
        const std::string where = std::string{"domain "}.append(entry.name);
        const auto level = tree.level(entry.level);
        if (!level || *level == 0) return input_error{{}, 0, where, entry.level, "a level of this tree"};
        if (entry.parent.empty()) return std::nullopt;
        if (!rows.contains(entry.parent)) return input_error{{}, 0, where, entry.parent, "a parent that there is"};
        std::size_t steps = 0;
        for (const row* ancestor = &entry; rows.contains(ancestor->parent); ++steps) {
            ancestor = &rows_[rows.at(ancestor->parent)];
            if (ancestor == &entry || steps > rows_.size())
                return input_error{{}, 0, where, entry.parent, "a tree: no domain is its own ancestor"};
        }
        const auto wider = tree.level(rows_[rows.at(entry.parent)].level);
        if (wider && *wider >= *level) return input_error{{}, 0, where, entry.parent, "a parent of a wider level"};
        return std::nullopt;
    }

    std::vector<std::string> levels_;
    std::vector<row> rows_;
};

} // namespace gpupack
