// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_row.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The nodes of a cluster in the order of their last change. A reader sees each node that changed since it last looked
/// once, with its present state.
///
/// The rows are contiguous, and a reader can judge most nodes without a look at the cluster. Memory: 72 bytes a node,
/// however many changes and readers there are.
class change_log {
  public:
    /// A log in which no node has changed.
    explicit change_log(std::size_t nodes) : latest_(nodes, none) { entries_.reserve(nodes + nodes / 2 + 16); }

    /// The number of changes so far: what a reader remembers when it has looked.
    [[nodiscard]] std::uint64_t now() const noexcept { return now_; }

    /// Notes that the node of that number changed, came, or went. Cost: constant on average; no allocation unless there are
    /// more nodes than before.
    void changed(const cluster& cluster, node_id node) {
        GPUPACK_EXPECTS(node.number() < cluster.size(), "a node of the cluster that this is the log of");
        if (cluster.size() > latest_.size()) grow(cluster.size());
        if (entries_.size() == entries_.capacity()) compact();
        std::uint32_t& position = latest_[node.number()];
        if (position != none) entries_[position].row.id = outdated;
        position = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back({++now_, cluster.row(node)});
    }

    /// Whether the node of that number changed after `then`, an earlier now(). Cost: constant.
    [[nodiscard]] bool changed_since(std::uint32_t number, std::uint64_t then) const noexcept {
        return number < latest_.size() && latest_[number] != none && entries_[latest_[number]].number > then;
    }

    /// Calls visit(row) for every node that changed after `then`, an earlier now(); last change first.
    template <class Visit> void for_each_since(std::uint64_t then, Visit&& visit) const {
        const entry* const first = entries_.data();
        for (const entry* each = first + entries_.size(); each != first && (--each)->number > then;)
            if (!(each->row.id == outdated)) visit(each->row);
    }

  private:
    static constexpr std::uint32_t none = 0xffffffffU;
    static constexpr node_id outdated = node_id::none(); // in place of a node that has changed again since

    struct entry {
        std::uint64_t number = 0;
        node_row row;
    };

    void grow(std::size_t nodes) {
        latest_.resize(nodes, none);
        if (const std::size_t least = nodes + nodes / 2 + 16; entries_.capacity() < least) {
            compact();
            entries_.reserve(2 * least);
        }
    }

    /// Drops what is outdated: a third of the entries at least.
    void compact() noexcept {
        std::size_t kept = 0;
        for (const entry& each : entries_) {
            if (each.row.id == outdated) continue;
            latest_[each.row.id.number()] = static_cast<std::uint32_t>(kept);
            entries_[kept++] = each;
        }
        entries_.resize(kept);
    }

    std::vector<entry> entries_;
    std::vector<std::uint32_t> latest_;
    std::uint64_t now_ = 0;
};

} // namespace gpupack
