// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/replay/detail/held_pieces.hpp>
#include <gpupack/replay/detail/node_copy.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Nodes as they would be for a class if all tasks of lower priority had ended.
///
/// @tparam Info  info(slot): the priority of a running task, and its request as it is placed
template <class Info> class nodes_without_lower {
  public:
    nodes_without_lower(const cluster& cluster, const running_tasks& running, const Info& info) noexcept
        : cluster_{cluster}, running_{running}, info_{info} {}

    [[nodiscard]] bool fits(const waiting_class& each, std::uint32_t node) const {
        return fit::fits(copy_of(cluster_.id_at(node), each.priority).view(), each.request);
    }
    [[nodiscard]] bool has_room(const waiting_class& each) const {
        std::int64_t missing = each.members;
        for (std::uint32_t node = 0; node < cluster_.size() && missing > 0; ++node)
            missing -= members_that_fit(copy_of(cluster_.id_at(node), each.priority).view(), each.request, missing);
        return missing <= 0;
    }

  private:
    [[nodiscard]] node_copy copy_of(node_id node, std::int64_t priority) const {
        node_copy copy{cluster_.node_at(node.number())};
        for (const std::size_t slot : running_.on(node)) {
            const auto [own, placed] = info_(slot);
            if (own < priority) remove(copy, running_[slot], node, *placed);
        }
        return copy;
    }
    void remove(node_copy& copy, const running_task& task, node_id node, const request& placed) const {
        for (const placement& member : task.members)
            if (member.node == node)
                copy.remove({0, 0, 0, &placed, member.gpus, member.slots, true, held_pieces(cluster_, member, placed)});
    }

    const cluster& cluster_;
    const running_tasks& running_;
    const Info& info_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
