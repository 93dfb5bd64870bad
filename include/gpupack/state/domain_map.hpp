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

/// Which nodes stand in which domains.
class domain_map {
  public:
    /// The cluster alone, without nodes.
    domain_map() : domain_map{domain_tree{}, {}} {}

    /// @param tree  the domains
    /// @param domain_of  [nodes] the narrowest domain of each node
    domain_map(domain_tree tree, std::vector<domain_id> domain_of)
        : tree_{std::move(tree)}, domain_of_{std::move(domain_of)}, ranges_(tree_.size()) {
        // Depth first: the nodes of a domain, and of all domains in it, stand in a row.
        std::vector<std::vector<node_id>> nodes(tree_.size());
        for (std::uint32_t n = 0; n < domain_of_.size(); ++n) nodes[domain_of_[n].number()].push_back(node_id{n});
        std::uint32_t rank = 0;
        const auto visit = [&](const auto& self, domain_id d) -> void {
            range& of_domain = ranges_[d.number()];
            of_domain.rank = rank++;
            of_domain.first = order_.size();
            for (const node_id node : nodes[d.number()]) order_.push_back(node);
            of_domain.own = order_.size();
            for (const domain_id child : tree_.children(d)) self(self, child);
            of_domain.last = order_.size();
            of_domain.end = rank;
        };
        visit(visit, domain_id{});
    }

    /// The domains.
    [[nodiscard]] const domain_tree& tree() const noexcept { return tree_; }
    /// The narrowest domain of a node.
    [[nodiscard]] domain_id of(node_id node) const noexcept { return domain_of_[node.number()]; }
    /// The nodes in a domain and in those within it; those of one narrowest domain by number.
    [[nodiscard]] node_range nodes(domain_id domain) const noexcept {
        const range& found = ranges_[domain.number()];
        return {order_.data() + found.first, order_.data() + found.last};
    }

    /// Puts a node that stands nowhere into a domain.
    ///
    /// Cost: the nodes and domains behind it move up: 4 bytes a node, 24 a domain.
    void insert(node_id node, domain_id domain) {
        if (node.number() >= domain_of_.size()) domain_of_.resize(node.number() + std::size_t{1});
        domain_of_[node.number()] = domain;
        const range& own = ranges_[domain.number()];
        const auto first = order_.begin() + static_cast<std::ptrdiff_t>(own.first);
        const auto last = order_.begin() + static_cast<std::ptrdiff_t>(own.own);
        const auto place = std::lower_bound(first, last, node);
        order_.insert(place, node);
        shift(domain, 1);
    }

    /// Takes a node out. Cost: as insert().
    void erase(node_id node) {
        const domain_id domain = of(node);
        const range& own = ranges_[domain.number()];
        const auto first = order_.begin() + static_cast<std::ptrdiff_t>(own.first);
        const auto last = order_.begin() + static_cast<std::ptrdiff_t>(own.own);
        order_.erase(std::lower_bound(first, last, node));
        shift(domain, -1);
    }

  private:
    /// Indices into order_: the nodes of the domain alone, then those of domains within it.
    struct range {
        std::size_t first = 0;
        std::size_t own = 0; // past the nodes of the domain alone
        std::size_t last = 0;
        std::uint32_t rank = 0; // depth first; the domains within it have the next ranks
        std::uint32_t end = 0;  // past their ranks
    };

    /// One node more (1) or less (-1) among those of a domain alone.
    void shift(domain_id domain, std::ptrdiff_t more) noexcept {
        const auto moved = [more](std::size_t index) {
            return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(index) + more);
        };
        const std::uint32_t rank = ranges_[domain.number()].rank;
        for (range& each : ranges_) {
            if (each.rank > rank) {
                each.first = moved(each.first);
                each.own = moved(each.own);
                each.last = moved(each.last);
            } else if (rank < each.end) { // the domain itself, or one around it
                if (each.rank == rank) each.own = moved(each.own);
                each.last = moved(each.last);
            }
        }
    }

    domain_tree tree_;
    std::vector<domain_id> domain_of_;
    std::vector<node_id> order_;
    std::vector<range> ranges_; // [domains]
};

} // namespace gpupack
