// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/detail/room_board.hpp>
#include <gpupack/plan/place_goal.hpp>
#include <gpupack/plan/places_on.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/selection.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Tasks that move about on a board, one after the other, each as often as it likes; and what the places that are left are
/// worth, which is kept up to date.
class moving_tasks {
  public:
    /// @param cluster  as it is
    /// @param tasks    that may move; outlive this
    /// @param goals    what places are worth; outlive this
    moving_tasks(const gpupack::cluster& cluster, const std::vector<running_task>& tasks,
                 const std::vector<place_goal>& goals)
        : cluster_{cluster}, tasks_{tasks}, goals_{goals}, board_{cluster}, counts_(cluster.size() * goals.size(), 0),
          totals_(goals.size(), 0) {
        for (const running_task& each : tasks) held_.push_back(cluster.resources_of(each.place));
        for (std::uint32_t n = 0; n < cluster.size(); ++n) recount(cluster.id_at(n), cluster.node_at(n));
    }

    [[nodiscard]] const gpupack::cluster& cluster() const noexcept { return cluster_; }
    /// The node as it is now; valid until something moves.
    [[nodiscard]] node_view operator[](node_id node) const { return board_[node]; }
    /// What a task holds now.
    [[nodiscard]] const placed_resources& held(std::size_t task) const noexcept { return held_[task]; }
    /// The places of a node for a goal.
    [[nodiscard]] std::int64_t places(node_id node, std::size_t goal) const noexcept {
        return counts_[node.number() * goals_.size() + goal];
    }
    /// How many places a goal is short of.
    [[nodiscard]] std::int64_t shortage(std::size_t goal) const noexcept {
        return std::max<std::int64_t>(0, goals_[goal].number - totals_[goal]);
    }
    /// What all places are worth.
    [[nodiscard]] std::int64_t value() const noexcept {
        std::int64_t sum = 0;
        for (std::size_t g = 0; g < goals_.size(); ++g)
            sum += goals_[g].weight * std::min(totals_[g], goals_[g].number);
        return sum;
    }
    /// What all places are worth, those beyond the goals' numbers counted in: what tells equal values apart.
    [[nodiscard]] std::int64_t plenty() const noexcept {
        std::int64_t sum = 0;
        for (std::size_t g = 0; g < goals_.size(); ++g) sum += goals_[g].weight * totals_[g];
        return sum;
    }

    /// Takes a task off its node.
    void lift(std::size_t task) {
        board_.remove(held_[task]);
        recount(held_[task].node, board_[held_[task].node]);
    }
    /// Puts a task that was lifted, or is about to move, where it fits.
    void put(std::size_t task, const selection& target) {
        const request& request = tasks_[task].request;
        placed_resources holds;
        static_cast<selection&>(holds) = target;
        holds.cpu = request.cpu;
        holds.memory = request.memory;
        holds.share = request.share;
        holds.pieces = board_.place(request, target);
        undone_.push_back({task, held_[task]});
        held_[task] = holds;
        recount(target.node, board_[target.node]);
    }
    /// Whether a task can move there while it holds what it has.
    [[nodiscard]] bool can_move(std::size_t task, const selection& target) const {
        return cluster_.contains(target.node) &&
               fit::fits_on(board_[target.node], tasks_[task].request, target.gpus, target.slots);
    }
    /// Moves a task: it gets its new place before it gives up the old.
    void move(std::size_t task, const selection& target) {
        const placed_resources before = held_[task];
        put(task, target);
        board_.remove(before);
        recount(before.node, board_[before.node]);
    }

    /// A state to which undo() returns.
    struct mark {
        std::size_t changes = 0; ///< Of the board.
        std::size_t moved = 0;   ///< Tasks put.
    };
    /// The state now.
    [[nodiscard]] mark now() const noexcept { return {board_.changes(), undone_.size()}; }
    /// Returns to an earlier state.
    void undo(mark before) {
        std::vector<node_id> touched = board_.changed_since(before.changes);
        std::sort(touched.begin(), touched.end());
        touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
        board_.undo(before.changes);
        for (; undone_.size() > before.moved; undone_.pop_back()) held_[undone_.back().task] = undone_.back().held;
        for (const node_id node : touched) recount(node, board_[node]);
    }

  private:
    struct earlier {
        std::size_t task;
        placed_resources held;
    };

    void recount(node_id node, const node_view& view) {
        for (std::size_t g = 0; g < goals_.size(); ++g) {
            std::int64_t& count = counts_[node.number() * goals_.size() + g];
            totals_[g] -= count;
            count = places_on(view, goals_[g].request);
            totals_[g] += count;
        }
    }

    const gpupack::cluster& cluster_;
    const std::vector<running_task>& tasks_;
    const std::vector<place_goal>& goals_;
    room_board board_;
    std::vector<std::int64_t> counts_;   // [nodes, goals]
    std::vector<std::int64_t> totals_;   // [goals]
    std::vector<placed_resources> held_; // [tasks]
    std::vector<earlier> undone_;
};

} // namespace gpupack::plan::detail
