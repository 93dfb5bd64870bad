// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/io/text_table.hpp>
#include <gpupack/topology/domain_tree.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io {

/// The domains of a cluster, and which nodes they hold.
struct cluster_domains {
    domain_tree tree; ///< The domains.
    /// By the name of a node, the name of its narrowest domain; nodes without one are left out.
    std::unordered_map<std::string, std::string> domain_of;

    /// The domain of a node, as cluster_builder::add_node takes it; empty where it has none.
    [[nodiscard]] std::string_view domain(const std::string& node) const {
        const auto found = domain_of.find(node);
        return found == domain_of.end() ? std::string_view{} : std::string_view{found->second};
    }
};

namespace detail {

/// The levels of some rows, widest first: by the depth of the deepest domain of each, ties by first mention.
class level_order {
  public:
    explicit level_order(const std::vector<text_table::row>& rows) : rows_{rows} {
        for (std::size_t r = 0; r < rows.size(); ++r) by_name_.emplace(rows[r].fields[0], r);
        for (const text_table::row& row : rows) {
            const std::string_view level = row.fields[1];
            if (level == "node") continue;
            auto known =
                std::find_if(levels_.begin(), levels_.end(), [&](const auto& each) { return each.second == level; });
            if (known == levels_.end()) known = levels_.insert(levels_.end(), {0, std::string{level}});
            known->first = std::max(known->first, depth_of(row));
        }
        std::stable_sort(levels_.begin(), levels_.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& [depth, name] : levels_) all.push_back(name);
        return all;
    }

  private:
    /// Steps to the top; where parents form a circle, as many as there are rows.
    [[nodiscard]] std::size_t depth_of(const text_table::row& row) const {
        std::size_t depth = 0;
        for (auto parent = by_name_.find(row.fields[2]); parent != by_name_.end() && depth < rows_.size(); ++depth)
            parent = by_name_.find(rows_[parent->second].fields[2]);
        return depth;
    }

    const std::vector<text_table::row>& rows_;
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::vector<std::pair<std::size_t, std::string>> levels_;
};

} // namespace detail

/// Reads the domains of a cluster: a domain or node a line, in any order, with the columns name,level,parent. The level of
/// a node is "node"; an empty parent is the cluster. Levels are ordered by which holds which.
///
/// @param file     named in errors
/// @param content  of the file
/// @return the tree and the domain of each node, or an error with its line: what text_table::parse refuses; a domain or
///         node listed twice; a parent that is not listed, is a node, or is not of a wider level; domains in a circle
[[nodiscard]] inline expected<cluster_domains, input_error> parse_domains(const std::string& file,
                                                                          std::string_view content) {
    const auto table = text_table::parse(file, content, {"name", "level", "parent"});
    if (!table) return unexpected<input_error>{table.error()};
    const auto wrong = [&](const text_table::row& row, std::string field, std::string_view value,
                           const char* expected) {
        return unexpected<input_error>{input_error{file, row.line, std::move(field), std::string{value}, expected}};
    };
    cluster_domains read;
    domain_tree_builder builder{detail::level_order{table->rows()}.names()};
    std::unordered_map<std::string_view, const text_table::row*> rows;
    for (const text_table::row& row : table->rows()) {
        const std::string name{row.fields[0]};
        const bool is_node = row.fields[1] == "node";
        if (name.empty()) return wrong(row, "name", name, "a name");
        if (row.fields[1].empty()) return wrong(row, "level", "", "a level, or node");
        if (!rows.emplace(row.fields[0], &row).second)
            return wrong(row, is_node ? "node" : "domain", name,
                         is_node ? "each node once: its GPUs stand in one domain" : "each domain once");
        if (!is_node)
            builder.add(name, std::string{row.fields[1]}, std::string{row.fields[2]});
        else if (!row.fields[2].empty())
            read.domain_of.emplace(name, row.fields[2]);
    }
    for (const text_table::row& row : table->rows()) {
        if (row.fields[2].empty()) continue;
        const auto parent = rows.find(row.fields[2]);
        if (parent == rows.end() || parent->second->fields[1] == "node")
            return wrong(row, "parent", row.fields[2], "a domain of this file");
    }
    auto tree = builder.build();
    if (!tree) { // the builder knows the domain, the table its line
        input_error error = tree.error();
        error.file = file;
        for (const text_table::row& row : table->rows())
            if (error.field == std::string{"domain "}.append(row.fields[0])) error.line = row.line;
        return unexpected<input_error>{std::move(error)};
    }
    read.tree = *std::move(tree);
    return read;
}

/// parse_domains() of a file; a file that cannot be read is an error too.
[[nodiscard]] inline expected<cluster_domains, input_error> read_domains(const std::string& file) {
    const auto content = read_file(file);
    if (!content) return unexpected<input_error>{content.error()};
    return parse_domains(file, *content);
}

} // namespace gpupack::io
