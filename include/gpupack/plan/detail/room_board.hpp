// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/selection.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// A cluster as it would be after tasks were ended, moved and placed, which can be taken back one by one.
class room_board {
  public:
    /// @param cluster  must outlive the board, and not change meanwhile
    explicit room_board(const gpupack::cluster& cluster) noexcept : cluster_{cluster} {}

    /// The node as it would be; valid until the next call that changes the board.
    [[nodiscard]] node_view operator[](node_id id) const {
        const auto found = copies_.find(id.number());
        if (found == copies_.end()) return cluster_[id];
        return {id, cluster_[id].type(), found->second.state, found->second.gpus.data()};
    }
    /// Changes that are not taken back.
    [[nodiscard]] std::size_t changes() const noexcept { return before_.size(); }

    /// Takes from a node what a live placement holds there.
    void remove(const placed_resources& held) {
        copy& node = changed(held.node);
        const node_type& type = cluster_[held.node].type();
        unbook(node.state, node.gpus.data(), type, held.cpu, held.memory, held.share, held.gpus, held.slots,
               held.pieces);
        sum_up_gpus(node.state, node.gpus.data(), type.gpus, type.gpu_count);
    }
    /// Places a request where it fits.
    ///
    /// @return  what each GPU gives to a split slice; zeros for anything else
    split_memory place(const request& request, const selection& target) {
        copy& node = changed(target.node);
        const node_type& type = cluster_[target.node].type();
        const split_memory pieces = book(node.state, node.gpus.data(), type, request, target.gpus, target.slots);
        sum_up_gpus(node.state, node.gpus.data(), type.gpus, type.gpu_count);
        return pieces;
    }
    /// Takes the last changes back until that many are left.
    void undo(std::size_t left) {
        for (; before_.size() > left; before_.pop_back())
            copies_.find(before_.back().first)->second = before_.back().second;
    }
    /// The node of each change since there were so many, in their order; a node may come several times.
    [[nodiscard]] std::vector<node_id> changed_since(std::size_t changes) const {
        std::vector<node_id> nodes;
        for (std::size_t i = changes; i < before_.size(); ++i) nodes.push_back(cluster_.id_at(before_[i].first));
        return nodes;
    }

  private:
    struct copy {
        node_state state;
        std::array<gpu_state, max_gpus_per_node> gpus;
    };

    copy& changed(node_id id) {
        const auto [entry, added] = copies_.try_emplace(id.number());
        if (added) {
            entry->second.state = cluster_.row(id).state;
            for (int i = 0; i < cluster_[id].gpu_count(); ++i)
                entry->second.gpus[static_cast<std::size_t>(i)] = cluster_[id].gpu(i);
        }
        before_.emplace_back(id.number(), entry->second);
        return entry->second;
    }

    const gpupack::cluster& cluster_;
    std::unordered_map<std::uint32_t, copy> copies_;
    std::vector<std::pair<std::uint32_t, copy>> before_;
};

} // namespace gpupack::plan::detail
