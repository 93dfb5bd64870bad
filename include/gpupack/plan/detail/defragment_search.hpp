// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/defragment_plan.hpp>
#include <gpupack/plan/detail/moving_tasks.hpp>
#include <gpupack/plan/detail/node_choices.hpp>
#include <gpupack/plan/detail/removal_sets.hpp>
#include <gpupack/plan/place_goal.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// Searches the moves that gain most: at first node by node, the sets of tasks without which a node has more places; then,
/// where the budget is enough for it, all moves to all places in every order.
class defragment_search {
  public:
    /// @param cluster  as it is
    /// @param goals    what places are worth
    /// @param tasks    that may move
    /// @param limits   how much may be done
    defragment_search(const cluster& cluster, const std::vector<place_goal>& goals,
                      const std::vector<running_task>& tasks, const defragment_limits& limits)
        : cluster_{cluster}, goals_{goals}, tasks_{tasks}, limits_{limits}, moving_{cluster, tasks, goals},
          removals_{moving_, tasks, goals}, budget_{limits.budget}, on_node_(cluster.size()), sets_(cluster.size()) {
        for (std::size_t t = 0; t < tasks.size(); ++t)
            if (tasks[t].move_cost != running_task::never) on_node_[tasks[t].place.node.number()].push_back(t);
        plan_.start = moving_.value();
    }

    /// The best plan that was found.
    [[nodiscard]] defragment_plan search() {
        plan_.most_gain = bound();
        best_ = plan_;
        const moving_tasks::mark start = moving_.now();
        while (improve()) keep_if_better();
        moving_.undo(start);
        if (best_.gain < best_.most_gain && all_sequences_are_few()) {
            plan_ = {.start = best_.start, .most_gain = best_.most_gain};
            complete_ = true;
            try_all(limits_.moves);
            if (complete_) best_.most_gain = best_.gain;
        }
        return best_;
    }

  private:
    [[nodiscard]] int moves_left() const noexcept { return limits_.moves - static_cast<int>(plan_.steps.size()); }
    [[nodiscard]] std::int64_t cost_left() const noexcept { return limits_.cost - plan_.cost; }

    void list_sets(std::uint32_t number) {
        sets_[number].clear();
        if (on_node_[number].empty()) return;
        // A node gets its share of what is left, so that none uses it all up.
        search_budget share{std::max<std::int64_t>(64, budget_.steps() / static_cast<std::int64_t>(cluster_.size()))};
        const std::int64_t before = share.steps();
        sets_[number] = removals_.list(cluster_.id_at(number), on_node_[number], moves_left(), cost_left(), share);
        for (std::int64_t spent = before - share.steps(); spent > 0 && budget_.spend(); --spent) {
        }
    }

    /// More than all plans gain: the best sets of all nodes, with as many tasks together as may move.
    [[nodiscard]] std::int64_t bound() {
        const auto moves = static_cast<std::size_t>(limits_.moves);
        std::vector<std::int64_t> most(moves + 1, 0);
        for (std::uint32_t n = 0; n < cluster_.size(); ++n) {
            list_sets(n);
            if (on_node_[n].empty()) continue;
            const std::vector<std::int64_t>& here = removals_.most_gains();
            for (std::size_t all = moves; all > 0; --all)
                for (std::size_t some = 1; some <= all; ++some)
                    if (here[some] > 0) most[all] = std::max(most[all], most[all - some] + here[some]);
        }
        std::int64_t lacking = 0;
        for (std::size_t g = 0; g < goals_.size(); ++g) lacking += goals_[g].weight * moving_.shortage(g);
        return std::min(lacking, *std::max_element(most.begin(), most.end()));
    }

    /// Moves the tasks of the set that gains most a move, of those that promise most.
    [[nodiscard]] bool improve() {
        std::vector<const removal_set*> order;
        for (const auto& each : sets_)
            for (const removal_set& set : each)
                if (static_cast<int>(set.tasks.size()) <= moves_left() && set.cost <= cost_left())
                    order.push_back(&set);
        std::sort(order.begin(), order.end(),
                  [](const removal_set* a, const removal_set* b) { return a->precedes(*b); });
        std::vector<room_step> best;
        std::tuple<std::int64_t, std::int64_t> best_gain{0, 0}; // a move, and minus the cost
        has_place_.clear();
        int tried = 0;
        for (const removal_set* set : order) {
            if (tried >= (best.empty() ? most_in_vain : most_tried) || !budget_.is_left()) break;
            const auto moves = static_cast<std::int64_t>(set->tasks.size());
            if (set->gain * scale / moves <= std::get<0>(best_gain)) break; // those after it promise no more
            if (std::none_of(set->tasks.begin(), set->tasks.end(), [&](std::size_t task) { return has_place(task); }))
                continue;
            const std::int64_t before = moving_.value();
            const auto steps = settle(*set);
            tried += steps ? most_tried / most_settled : 1;
            if (!steps) continue;
            const std::int64_t gain = settled_value_ - before;
            const std::tuple<std::int64_t, std::int64_t> each{gain * scale / moves, -set->cost};
            if (gain <= 0 || each <= best_gain) continue;
            best_gain = each;
            best = *steps;
        }
        if (best.empty()) return false;
        std::vector<node_id> touched;
        for (const room_step& step : best) {
            const node_id source = moving_.held(step.task).node;
            touched.push_back(source);
            touched.push_back(step.target.node);
            std::erase(on_node_[source.number()], step.task);
            on_node_[step.target.node.number()].push_back(step.task);
            apply(step);
        }
        for (const node_id node : touched) list_sets(node.number());
        return true;
    }

    /// Whether a task has a place anywhere beside its own; of a set that moves, some task must. Looked up once for equal
    /// requests.
    [[nodiscard]] bool has_place(std::size_t task) {
        const auto [known, added] = has_place_.try_emplace(tasks_[task].request, false);
        for (std::uint32_t n = 0; added && n < cluster_.size() && !known->second; ++n) {
            const node_id id = cluster_.id_at(n);
            known->second = cluster_.contains(id) && fit::fits(moving_[id], tasks_[task].request);
        }
        return known->second;
    }

    /// Finds places for the tasks of a set, and an order in which they can go there. Nothing has moved afterwards.
    [[nodiscard]] std::optional<std::vector<room_step>> settle(const removal_set& set) {
        const moving_tasks::mark before = moving_.now();
        for (const std::size_t task : set.tasks) moving_.lift(task);
        std::vector<room_step> pending;
        for (const std::size_t task : set.tasks) { // the largest first
            const std::optional<selection> target = best_target(task, set.node);
            if (!target) break;
            moving_.put(task, *target);
            pending.push_back({room_step::action::move, task, *target});
        }
        settled_value_ = moving_.value();
        moving_.undo(before);
        if (pending.size() < set.tasks.size()) return std::nullopt;
        std::vector<room_step> ordered;
        for (std::size_t i = 0; i < pending.size();) {
            const moving_tasks::mark earlier = moving_.now();
            const bool possible = moving_.can_move(pending[i].task, pending[i].target);
            if (possible) moving_.move(pending[i].task, pending[i].target);
            if (!possible || moving_.value() < plan_.start) {
                moving_.undo(earlier);
                ++i;
                continue;
            }
            ordered.push_back(pending[i]);
            pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(i));
            i = 0;
        }
        moving_.undo(before);
        if (!pending.empty()) return std::nullopt;
        return ordered;
    }

    /// The place of a lifted task that costs least of what places are worth: on its own node, or on one of the fullest.
    [[nodiscard]] std::optional<selection> best_target(std::size_t task, node_id own) {
        const request& request = tasks_[task].request;
        std::vector<std::pair<std::int64_t, node_id>> fullest;
        for (std::uint32_t n = 0; n < cluster_.size(); ++n) {
            const node_id id = cluster_.id_at(n);
            if (!cluster_.contains(id)) continue;
            const node_view node = moving_[id];
            const std::int64_t free = request.gpus > 0 ? node.part_free().count() : node.cpu_free().count();
            if (fit::fits(node, request)) fullest.emplace_back(id == own ? -1 : free, id);
        }
        const std::size_t looked_at = std::min(fullest.size(), most_nodes);
        std::partial_sort(fullest.begin(), fullest.begin() + static_cast<std::ptrdiff_t>(looked_at), fullest.end());
        std::optional<selection> best;
        std::pair<std::int64_t, std::int64_t> most{};
        std::vector<selection> choices;
        for (std::size_t i = 0; i < looked_at; ++i) {
            (void)collect_choices(choices, moving_[fullest[i].second], request, false, slot_choices::lowest,
                                  most_choices);
            for (const selection& choice : choices) {
                if (!budget_.spend()) return best;
                const moving_tasks::mark before = moving_.now();
                moving_.put(task, choice);
                const std::pair<std::int64_t, std::int64_t> worth{moving_.value(), moving_.plenty()};
                moving_.undo(before);
                if (best && worth <= most) continue;
                best = choice;
                most = worth;
            }
        }
        return best;
    }

    void apply(const room_step& step) {
        moving_.move(step.task, step.target);
        plan_.steps.push_back(step);
        plan_.values.push_back(moving_.value());
        plan_.cost += tasks_[step.task].move_cost;
        plan_.gain = plan_.values.back() - plan_.start;
    }
    void keep_if_better() {
        if (plan_.gain < best_.gain) return;
        if (plan_.gain == best_.gain &&
            std::pair{plan_.cost, plan_.steps.size()} >= std::pair{best_.cost, best_.steps.size()})
            return;
        best_ = plan_;
    }

    /// Whether the budget is enough for all moves in every order.
    [[nodiscard]] bool all_sequences_are_few() {
        if (static_cast<std::int64_t>(tasks_.size() * cluster_.size()) > budget_.steps()) return false;
        std::int64_t first = 0;
        each_move([&](std::size_t, const selection&) { ++first; });
        std::int64_t sequences = 1;
        for (int i = 0; i < limits_.moves && sequences <= budget_.steps(); ++i)
            sequences *= std::max<std::int64_t>(1, first);
        return sequences <= budget_.steps();
    }
    template <class Visit> void each_move(Visit&& visit) {
        for (std::size_t task = 0; task < tasks_.size(); ++task) {
            if (tasks_[task].move_cost > cost_left() || tasks_[task].move_cost == running_task::never) continue;
            for (std::uint32_t n = 0; n < cluster_.size(); ++n) {
                const node_id id = cluster_.id_at(n);
                if (!cluster_.contains(id) || !fit::fits(moving_[id], tasks_[task].request)) continue;
                std::vector<selection> choices;
                complete_ =
                    collect_choices(choices, moving_[id], tasks_[task].request, true, slot_choices::all, 4096) &&
                    complete_;
                for (const selection& choice : choices) visit(task, choice);
            }
        }
    }
    void try_all(int moves) {
        keep_if_better();
        if (moves == 0) return;
        each_move([&](std::size_t task, const selection& target) {
            if (!budget_.spend()) {
                complete_ = false;
                return;
            }
            const defragment_plan before = plan_;
            const moving_tasks::mark earlier = moving_.now();
            apply({room_step::action::move, task, target});
            if (plan_.gain >= 0) try_all(moves - 1);
            moving_.undo(earlier);
            plan_ = before;
        });
    }

    static constexpr int most_tried = 64;     // sets in a round
    static constexpr int most_in_vain = 1024; // the same, while none has gained
    static constexpr int most_settled = 4;    // of them, that have places elsewhere
    static constexpr std::size_t most_nodes = 8;
    static constexpr std::size_t most_choices = 8;
    static constexpr std::int64_t scale = 1024;

    const cluster& cluster_;
    const std::vector<place_goal>& goals_;
    const std::vector<running_task>& tasks_;
    const defragment_limits& limits_;
    moving_tasks moving_;
    removal_search removals_;
    search_budget budget_;
    bool complete_ = true;
    std::vector<std::vector<std::size_t>> on_node_; // [nodes]  tasks that may move
    std::vector<std::vector<removal_set>> sets_;    // [nodes]
    std::unordered_map<request, bool> has_place_;   // in this round
    std::int64_t settled_value_ = 0;
    defragment_plan plan_; // so far
    defragment_plan best_;
};

} // namespace gpupack::plan::detail
