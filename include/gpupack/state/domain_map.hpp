// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/topology/domain_tree.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Some nodes that stand next to each other in memory, for a range-based for loop.
class node_range {
  public:
    /// The nodes from first to before last.
    node_range(const node_id* first, const node_id* last) noexcept : first_{first}, last_{last} {}

    /// The first node.
    [[nodiscard]] const node_id* begin() const noexcept { return first_; }
    /// Past the last node.
    [[nodiscard]] const node_id* end() const noexcept { return last_; }
    /// The number of nodes.
    [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(last_ - first_); }

  private:
    const node_id* first_;
    const node_id* last_;
};

/// Which nodes stand in which domains; what never changes of it.
class domain_map {
  public:
    /// @param tree  the domains
    /// @param domain_of  [nodes] the narrowest domain of each node
    domain_map(domain_tree tree, std::vector<domain_id> domain_of)
        : tree_{std::move(tree)}, domain_of_{std::move(domain_of)}, ranges_(tree_.size()) {
        // Depth first: the nodes of a domain, and of all domains in it, stand in a row.
        std::vector<std::vector<node_id>> nodes(tree_.size());
        for (std::uint32_t n = 0; n < domain_of_.size(); ++n) nodes[domain_of_[n].number()].push_back(node_id{n});
        const auto visit = [&](const auto& self, domain_id d) -> void {
            ranges_[d.number()].first = order_.size();
            order_.insert(order_.end(), nodes[d.number()].begin(), nodes[d.number()].end());
            for (const domain_id child : tree_.children(d)) self(self, child);
            ranges_[d.number()].second = order_.size();
        };
        visit(visit, domain_id{});
    }

    /// The domains.
    [[nodiscard]] const domain_tree& tree() const noexcept { return tree_; }
    /// The narrowest domain of a node.
    [[nodiscard]] domain_id of(node_id node) const noexcept { return domain_of_[node.number()]; }
    /// The nodes in a domain and in those within it; those of one narrowest domain by number.
    [[nodiscard]] node_range nodes(domain_id domain) const noexcept {
        const auto& [first, last] = ranges_[domain.number()];
        return {order_.data() + first, order_.data() + last};
    }

  private:
    domain_tree tree_;
    std::vector<domain_id> domain_of_;
    std::vector<node_id> order_;
    std::vector<std::pair<std::size_t, std::size_t>> ranges_; // [domains]
};

} // namespace gpupack
