// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Nodes of a cluster as they would be after some placements, which can be taken back one by one. The cluster stays
/// as it is, and must not change meanwhile.
/// Cost: a copy of a node when it is first taken from, and of its state for each placement.
class node_trial {
  public:
    /// A trial on the nodes of a cluster.
    explicit node_trial(const cluster& cluster) noexcept : cluster_{cluster} {}

    /// The node as it would be; valid until the next call that changes the trial.
    [[nodiscard]] node_view operator[](node_id id) const noexcept {
        const auto found = copies_.find(id.number());
        if (found == copies_.end()) return cluster_[id];
        return {id, cluster_[id].type(), found->second.state, found->second.gpus.data()};
    }

    /// How many placements are not taken back.
    [[nodiscard]] std::size_t taken() const noexcept { return before_.size(); }

    /// Places a request where it fits.
    void take(node_id id, const request& request, gpu_set gpus, slot_list slots) {
        copy& node = copied(id);
        before_.push_back({id, node});
        const node_type& type = cluster_[id].type();
        (void)book(node.state, node.gpus.data(), type, request, gpus, slots);
        if (request.gpus > 0) sum_up_gpus(node.state, node.gpus.data(), type.gpus, type.gpu_count);
    }

    /// Takes the last placement back.
    void undo() {
        GPUPACK_EXPECTS(!before_.empty(), "a placement to take back");
        copies_.find(before_.back().id.number())->second = before_.back().node;
        before_.pop_back();
    }

  private:
    struct copy {
        node_state state;
        std::array<gpu_state, max_gpus_per_node> gpus;
    };
    struct step {
        node_id id;
        copy node;
    };

    copy& copied(node_id id) {
        const auto [entry, added] = copies_.try_emplace(id.number());
        if (added) {
            entry->second.state = cluster_.row(id).state;
            for (int i = 0; i < cluster_[id].gpu_count(); ++i)
                entry->second.gpus[static_cast<std::size_t>(i)] = cluster_[id].gpu(i);
        }
        return entry->second;
    }

    const cluster& cluster_;
    std::unordered_map<std::uint32_t, copy> copies_;
    std::vector<step> before_;
};

} // namespace gpupack::plan
