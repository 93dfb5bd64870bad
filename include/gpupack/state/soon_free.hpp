// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>

#include <algorithm>

namespace gpupack::inline GPUPACK_ABI {

/// A node as it will be when all that was told to leave has left.
class soon_free {
  public:
    /// @param cluster  must outlive it, as it is now
    /// @param node     a node of it
    soon_free(const cluster& cluster, node_id node)
        : type_{&cluster[node].type()}, node_{node}, state_{cluster.row(node).state} {
        for (int i = 0; i < type_->gpu_count; ++i) gpus_[i] = cluster[node].gpu(i);
        cluster.for_each_placement_on(node, [&](const placement& each) {
            const placed_resources held = cluster.resources_of(each);
            if (held.leaving)
                unbook(state_, gpus_, *type_, held.cpu, held.memory, held.share, held.gpus, held.slots, held.pieces);
        });
        sum_up_gpus(state_, gpus_, type_->gpus, type_->gpu_count);
    }

    /// Valid while this stays where it is.
    [[nodiscard]] node_view view() const noexcept { return {node_, *type_, state_, gpus_}; }

  private:
    const node_type* type_;
    node_id node_;
    node_state state_;
    gpu_state gpus_[max_gpus_per_node] = {};
};

} // namespace gpupack
