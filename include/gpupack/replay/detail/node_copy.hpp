// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/fitting_gpus.hpp>
#include <gpupack/fit/instance.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/slot_list.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// What is on a node at some time: a task that runs until it is expected to end, or one that has reserved its place.
struct booking {
    std::int64_t begin;              ///< When it takes its place; of a running task, when it started.
    std::int64_t end;                ///< When it is expected to leave.
    std::size_t owner;               ///< Number of the arrival.
    const gpupack::request* request; ///< As it is placed.
    gpu_set gpus;                    ///< On the node.
    slot_list slots;                 ///< For instances.
    bool running;                    ///< Whether it is in the state of the cluster.
    split_memory pieces{};           ///< Of a running split slice: what each GPU gives.
};

/// A node as it would be.
class node_copy {
  public:
    explicit node_copy(const node_view& node) noexcept : view_{node} {
        copy_from(node);
        sum_up();
    }
    /// A node that is closed otherwise, and from which some have left.
    ///
    /// @param node      as it is
    /// @param closed    whether the node is
    /// @param gpus      which of its GPUs are closed
    /// @param bookings  what is on it
    /// @param time      who runs and is expected to end by then has left
    node_copy(const node_view& node, bool closed, gpu_set gpus, const std::vector<booking>& bookings,
              std::int64_t time) noexcept
        : view_{node} {
        copy_from(node);
        state_.closed = closed;
        for (int i = 0; i < view_.gpu_count(); ++i) gpus_[static_cast<std::size_t>(i)].closed = gpus.contains(i);
        for (const booking& each : bookings)
            if (each.running && each.end <= time) take_out(each);
        sum_up();
    }

    [[nodiscard]] node_view view() const noexcept { return {view_.id(), view_.type(), state_, gpus_.data()}; }

    void add(const booking& each) noexcept {
        (void)book(state_, gpus_.data(), view_.type(), *each.request, each.gpus, each.slots);
        sum_up();
    }
    void remove(const booking& each) noexcept {
        take_out(each);
        sum_up();
    }

  private:
    void copy_from(const node_view& node) noexcept {
        for (int i = 0; i < node.gpu_count(); ++i) gpus_[static_cast<std::size_t>(i)] = node.gpu(i);
        state_.cpu_free = static_cast<std::int32_t>(node.cpu_free().count());
        state_.memory_free = static_cast<std::int32_t>(node.memory_free().count());
        state_.closed = node.closed();
    }
    void take_out(const booking& each) noexcept {
        unbook(state_, gpus_.data(), view_.type(), each.request->cpu, each.request->memory, each.request->share,
               each.gpus, each.slots, each.pieces);
    }
    void sum_up() noexcept { sum_up_gpus(state_, gpus_.data(), view_.type().gpus, view_.type().gpu_count); }

    node_view view_;
    node_state state_;
    std::array<gpu_state, max_gpus_per_node> gpus_;
};

/// How many members of a gang a node could take together.
[[nodiscard]] inline std::int64_t members_that_fit(const node_view& node, const request& request, std::int64_t most) {
    if (!fit::fits(node, request)) return 0;
    const auto limit = [&](std::int64_t free, std::int64_t each) {
        if (each > 0) most = std::min(most, free / each);
    };
    limit(node.cpu_free().count(), request.cpu.count());
    limit(node.memory_free().count(), request.memory.count());
    if (request.gpus == 0) return most;
    if (request.share.way() == sharing::exclusive && request.numa == numa_alignment::none) {
        limit(fit::fitting_gpus(node, request).size(), request.gpus);
        return most;
    }
    node_copy trial{node};
    std::int64_t count = 0;
    for (; count < most && fit::fits(trial.view(), request); ++count) {
        const gpu_set gpus = fit::lowest_gpus(trial.view(), request);
        trial.add({0, 0, 0, &request, gpus, fit::lowest_slots(trial.view(), gpus, request.share), false, {}});
    }
    return count;
}

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
