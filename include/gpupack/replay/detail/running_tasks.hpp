// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/placement.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// A task that runs.
struct running_task {
    std::size_t arrival = 0;          ///< Its number.
    std::size_t order = 0;            ///< How many have started before it.
    std::int64_t start = 0;           ///< When it started this time.
    std::vector<placement> members{}; ///< Where; empty once it has left.
};

/// The tasks that run, and when they leave: those that end first leave first, ties in the order in which they started.
///
/// Cost: the logarithm of the number of those that run.
class running_tasks {
  public:
    /// A task starts; it never leaves unless end_at() says when.
    ///
    /// @param task  with its members
    /// @return its slot, which is another's once it has left
    std::size_t start(running_task task) {
        task.order = started_++;
        if (free_.empty()) {
            free_.push_back(tasks_.size());
            tasks_.emplace_back();
        }
        const std::size_t slot = free_.back();
        free_.pop_back();
        ++changes_;
        tasks_[slot] = std::move(task);
        for (const placement& each : tasks_[slot].members) note_on(each.node.number(), slot);
        ++live_;
        return slot;
    }

    /// Says when the task of a slot leaves; once for each.
    void end_at(std::size_t slot, std::int64_t time) { departures_.push({time, tasks_[slot].order, slot}); }

    /// When the next task leaves.
    [[nodiscard]] std::optional<std::int64_t> next_departure() {
        drop_gone();
        return departures_.empty() ? std::nullopt : std::optional{departures_.top().time};
    }

    /// The task that leaves next.
    [[nodiscard]] std::size_t next() {
        drop_gone();
        return departures_.top().slot;
    }

    /// A task leaves, when it ends or before.
    [[nodiscard]] running_task remove(std::size_t slot) {
        free_.push_back(slot);
        ++changes_;
        for (const placement& each : tasks_[slot].members) strike_from(each.node.number(), slot);
        --live_;
        return std::exchange(tasks_[slot], {});
    }

    /// A task that has one member goes on elsewhere.
    void move(std::size_t slot, const placement& place) {
        ++changes_;
        strike_from(tasks_[slot].members.front().node.number(), slot);
        tasks_[slot].members.front() = place;
        note_on(place.node.number(), slot);
    }

    /// The slots of those who have members on a node, each once, in any order.
    [[nodiscard]] std::span<const std::size_t> on(node_id node) const noexcept {
        return node.number() < on_node_.size() ? std::span<const std::size_t>{on_node_[node.number()]}
                                               : std::span<const std::size_t>{};
    }
    [[nodiscard]] const running_task& operator[](std::size_t slot) const noexcept { return tasks_[slot]; }
    /// How many slots there are; some are empty.
    [[nodiscard]] std::size_t slots() const noexcept { return tasks_.size(); }
    /// How many tasks run.
    [[nodiscard]] std::size_t size() const noexcept { return live_; }
    /// How often a task has started, left or moved: what holds of those who run holds as long as this stays.
    [[nodiscard]] std::size_t changes() const noexcept { return changes_; }

  private:
    struct departure {
        std::int64_t time;
        std::size_t order;
        std::size_t slot;

        friend bool operator<(const departure& a, const departure& b) noexcept {
            return std::pair{b.time, b.order} < std::pair{a.time, a.order};
        }
    };

    void drop_gone() {
        while (!departures_.empty() && (tasks_[departures_.top().slot].members.empty() ||
                                        tasks_[departures_.top().slot].order != departures_.top().order))
            departures_.pop();
    }

    void note_on(std::uint32_t node, std::size_t slot) {
        if (node >= on_node_.size()) on_node_.resize(node + std::size_t{1});
        std::vector<std::size_t>& all = on_node_[node];
        if (std::find(all.begin(), all.end(), slot) == all.end()) all.push_back(slot);
    }
    void strike_from(std::uint32_t node, std::size_t slot) {
        std::vector<std::size_t>& all = on_node_[node];
        const auto found = std::find(all.begin(), all.end(), slot);
        if (found == all.end()) return; // another member of the gang was there
        *found = all.back();
        all.pop_back();
    }

    std::vector<running_task> tasks_;
    std::vector<std::vector<std::size_t>> on_node_; // [nodes]  slots
    std::vector<std::size_t> free_;
    std::priority_queue<departure> departures_;
    std::size_t started_ = 0;
    std::size_t live_ = 0;
    std::size_t changes_ = 0;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
