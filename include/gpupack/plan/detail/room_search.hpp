// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/detail/node_choices.hpp>
#include <gpupack/plan/detail/room_board.hpp>
#include <gpupack/plan/detail/room_bound.hpp>
#include <gpupack/plan/detail/room_draft.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Whether the steps of a plan can be done on a cluster as it is now, one after the other.
[[nodiscard]] inline bool steps_hold(const cluster& cluster, const std::vector<running_task>& tasks,
                                     const request& request, const std::vector<room_step>& steps) {
    room_board board{cluster};
    for (const room_step& step : steps) {
        const bool is_place = step.kind == room_step::action::place;
        if (!is_place && !cluster.is_live(tasks[step.task].place)) return false;
        if (step.kind != room_step::action::end) {
            const gpupack::request& placed = is_place ? request : tasks[step.task].request;
            if (!cluster.contains(step.target.node)) return false;
            if (!fit::fits_on(board[step.target.node], placed, step.target.gpus, step.target.slots)) return false;
            board.place(placed, step.target);
        }
        if (!is_place) board.remove(cluster.resources_of(tasks[step.task].place));
    }
    return true;
}

/// Searches the cheapest ends and moves that make room for a request: at first on each node alone, at the expense of the
/// tasks there; then, as far as the budget goes, all ends and moves anywhere, in every order.
class room_search {
  public:
    /// @param cluster  as it is
    /// @param tasks    that may be ended or moved
    /// @param request  to make room for
    /// @param limits   how much may be done
    /// @param chooser  selects the GPUs of the request
    room_search(const cluster& cluster, const std::vector<running_task>& tasks, const request& request,
                const room_limits& limits, gpu_chooser chooser)
        : cluster_{cluster}, tasks_{tasks}, request_{request}, limits_{limits}, chooser_{std::move(chooser)},
          board_{cluster}, bound_{cluster, tasks, request}, on_node_(cluster.size()), draft_{tasks, limits.budget} {
        for (std::size_t t = 0; t < tasks.size(); ++t)
            if (cheapest(t) != running_task::never) on_node_[tasks[t].place.node.number()].push_back(t);
        for (auto& each : on_node_)
            std::stable_sort(each.begin(), each.end(),
                             [&](std::size_t a, std::size_t b) { return cheapest(a) < cheapest(b); });
    }

    /// The cheapest plan; nothing where there is none.
    [[nodiscard]] std::optional<room_plan> search() {
        // Few tasks first: what they cost bounds what more of them may.
        for (most_touched_ = 1; most_touched_ <= limits_.ends + limits_.moves && draft_.budget.is_left();
             ++most_touched_)
            for (std::uint32_t n = 0; n < cluster_.size(); ++n)
                if (!cluster_.node_at(n).closed()) clear_node(cluster_.id_at(n), 0);
        // Where the moves of one step alone are more than the budget, the rest is not begun.
        draft_.complete = draft_.budget.steps() > static_cast<std::int64_t>(tasks_.size() * cluster_.size());
        if (draft_.complete) end_any(0);
        return draft_.best;
    }

    /// Whether everything was tried.
    [[nodiscard]] bool is_complete() const noexcept { return draft_.is_complete(); }

  private:
    [[nodiscard]] std::int64_t cheapest(std::size_t task) const noexcept {
        return std::min(tasks_[task].end_cost, tasks_[task].move_cost);
    }
    /// Keeps the plan if the request has room on the node now.
    [[nodiscard]] bool offer(node_id node) {
        if (!fit::fits(board_[node], request_) || (draft_.best && draft_.best->cost <= draft_.plan.cost)) return false;
        draft_.plan.steps.push_back({room_step::action::place, 0, chooser_(board_[node], request_)});
        draft_.best = draft_.plan;
        draft_.plan.steps.pop_back();
        return true;
    }

    /// Ends or moves tasks of one node, those from the nth on, until the request fits there. Where they move to is looked for
    /// once it does.
    void clear_node(node_id node, std::size_t nth) {
        if (fit::fits(board_[node], request_)) return settle(node);
        const int left = most_touched_ - draft_.plan.ends - draft_.plan.moves;
        const std::vector<std::size_t>& here = on_node_[node.number()];
        for (std::size_t i = nth; i < here.size() && left > 0; ++i) {
            const std::size_t task = here[i];
            if (!draft_.is_cheaper(cheapest(task))) return; // those after it cost no less
            const auto those_left = here.begin() + static_cast<std::ptrdiff_t>(i);
            if (!bound_.may_fit(board_[node], those_left, here.end(), left)) return;
            const auto without = [&](room_step::action kind, std::int64_t cost) {
                const std::size_t before = board_.changes();
                board_.remove(cluster_.resources_of(tasks_[task].place));
                draft_.touch(task, {kind, task, {}}, cost);
                clear_node(node, i + 1);
                draft_.untouch(task, cost);
                board_.undo(before);
            };
            if (draft_.plan.ends < limits_.ends && draft_.is_cheaper(tasks_[task].end_cost) && draft_.spend())
                without(room_step::action::end, tasks_[task].end_cost);
            if (draft_.plan.moves < limits_.moves && draft_.is_cheaper(tasks_[task].move_cost) && draft_.spend())
                without(room_step::action::move, tasks_[task].move_cost);
        }
    }

    /// Finds places for the tasks that move off a node on which the request fits without them, and keeps the plan.
    void settle(node_id node) {
        if (draft_.best && draft_.best->cost <= draft_.plan.cost) return;
        room_plan settled = draft_.plan;
        std::stable_partition(settled.steps.begin(), settled.steps.end(),
                              [](const room_step& step) { return step.kind == room_step::action::end; });
        const std::size_t before = board_.changes();
        settled.steps.push_back({room_step::action::place, 0, chooser_(board_[node], request_)});
        bool found = true;
        for (room_step& step : settled.steps)
            if (step.kind == room_step::action::move) found = found && find_place(step);
        board_.undo(before);
        if (found && steps_hold(cluster_, tasks_, request_, settled.steps)) draft_.best = std::move(settled);
    }

    /// Finds the fullest other node that takes a task that moves, and places it there on the board.
    [[nodiscard]] bool find_place(room_step& step) {
        const request& request = tasks_[step.task].request;
        node_id fullest = node_id::none();
        for (std::uint32_t n = 0; n < cluster_.size(); ++n) {
            if (n % nodes_a_step == 0 && !draft_.spend()) return false;
            const node_id id = cluster_.id_at(n);
            if (id == tasks_[step.task].place.node || !cluster_.contains(id) || !fit::fits(board_[id], request))
                continue;
            if (fullest == node_id::none() || board_[id].compute_free() < board_[fullest].compute_free()) fullest = id;
        }
        if (fullest == node_id::none()) return false;
        std::vector<selection> choices;
        (void)collect_choices(choices, board_[fullest], request, false, slot_choices::lowest, 1);
        if (choices.empty()) return false;
        step.target = choices.front();
        board_.place(request, step.target);
        return true;
    }

    void move(std::size_t task, const selection& target) {
        board_.place(tasks_[task].request, target); // before the old place is given up
        board_.remove(cluster_.resources_of(tasks_[task].place));
        draft_.touch(task, {room_step::action::move, task, target}, tasks_[task].move_cost);
    }

    /// Ends any tasks from the nth on, then moves any.
    void end_any(std::size_t nth) {
        move_any();
        for (std::size_t task = nth; task < tasks_.size() && draft_.budget.is_left(); ++task) {
            if (draft_.plan.ends == limits_.ends || !draft_.is_cheaper(tasks_[task].end_cost) || !draft_.spend())
                continue;
            const std::size_t before = board_.changes();
            board_.remove(cluster_.resources_of(tasks_[task].place));
            draft_.touch(task, {room_step::action::end, task, {}}, tasks_[task].end_cost);
            end_any(task + 1);
            draft_.untouch(task, tasks_[task].end_cost);
            board_.undo(before);
        }
    }

    /// Moves any tasks to any place.
    void move_any() {
        for (std::uint32_t n = 0; n < cluster_.size(); ++n)
            if (cluster_.contains(cluster_.id_at(n)) && offer(cluster_.id_at(n))) return;
        if (draft_.plan.moves == limits_.moves) return;
        for (std::size_t task = 0; task < tasks_.size() && draft_.budget.is_left(); ++task) {
            if (draft_.touched[task] || !draft_.is_cheaper(tasks_[task].move_cost)) continue;
            for (std::uint32_t n = 0; n < cluster_.size() && draft_.budget.is_left(); ++n) {
                const node_id id = cluster_.id_at(n);
                if (!cluster_.contains(id) || !fit::fits(board_[id], tasks_[task].request)) continue;
                std::vector<selection> choices;
                draft_.complete =
                    collect_choices(choices, board_[id], tasks_[task].request, true, slot_choices::all, 4096) &&
                    draft_.complete;
                for (const selection& choice : choices) {
                    if (!draft_.is_cheaper(tasks_[task].move_cost) || !draft_.spend()) break;
                    const std::size_t before = board_.changes();
                    move(task, choice);
                    move_any();
                    draft_.untouch(task, tasks_[task].move_cost);
                    board_.undo(before);
                }
            }
        }
    }

    static constexpr std::uint32_t nodes_a_step = 64;

    const cluster& cluster_;
    const std::vector<running_task>& tasks_;
    const request& request_;
    const room_limits& limits_;
    gpu_chooser chooser_;
    room_board board_;
    room_bound bound_;
    int most_touched_ = 0; // tasks of one node
    std::vector<std::vector<std::size_t>> on_node_;
    room_draft draft_;
};

} // namespace gpupack::plan::detail
