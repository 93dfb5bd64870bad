// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/detail/node_choices.hpp>
#include <gpupack/plan/detail/room_draft.hpp>
#include <gpupack/plan/detail/room_search.hpp>
#include <gpupack/plan/gang_plan.hpp>
#include <gpupack/plan/place_compound.hpp>
#include <gpupack/plan/plan_gang.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The request of each member of a gang: [members], part by part.
[[nodiscard]] inline std::vector<request> member_requests(const gang& gang) {
    std::vector<request> requests;
    for (const gang_part& part : gang.parts)
        requests.insert(requests.end(), static_cast<std::size_t>(part.count), part.request);
    return requests;
}

/// Whether the steps of a plan can be done on a cluster as it is now, one after the other.
///
/// @param requests  [members]
[[nodiscard]] inline bool gang_steps_hold(cluster trial, const std::vector<running_task>& tasks,
                                          const std::vector<request>& requests, const std::vector<room_step>& steps) {
    for (const room_step& step : steps) {
        const bool is_place = step.kind == room_step::action::place;
        if (!is_place && !trial.is_live(tasks[step.task].place)) return false;
        if (step.kind != room_step::action::end) {
            const request& placed = is_place ? requests[step.task] : tasks[step.task].request;
            if (!trial.contains(step.target.node)) return false;
            if (!fit::fits_on(trial[step.target.node], placed, step.target.gpus, step.target.slots)) return false;
            (void)trial.take(step.target.node, step.target.gpus, placed, step.target.slots);
        }
        if (!is_place) trial.give_back(tasks[step.task].place);
    }
    return true;
}

/// Searches ends and moves that make room for a gang: first member by member in each domain that is narrow enough, which finds a
/// good plan; then, as far as the budget goes, all ends and moves anywhere, in every order.
///
/// It works on copies of the cluster, so that whether the gang fits is always decided by plan_gang().
template <class Policy> class gang_room_search {
  public:
    /// @param cluster  as it is
    /// @param policy   selects the GPUs of members
    /// @param gang     to make room for
    /// @param tasks    that may be ended or moved
    /// @param limits   how much may be done
    gang_room_search(const cluster& cluster, const Policy& policy, const gang& gang,
                     const std::vector<running_task>& tasks, const room_limits& limits)
        : cluster_{cluster}, policy_{policy}, gang_{gang}, tasks_{tasks}, limits_{limits},
          requests_{member_requests(gang)}, draft_{tasks, limits.budget} {}

    /// The cheapest plan that is found; nothing where none is.
    [[nodiscard]] std::optional<room_plan> search() {
        gpupack::cluster now = cluster_;
        if (offer(now)) return draft_.best;
        for (const domain_id domain : domains()) by_members(domain);
        draft_.complete = draft_.budget.steps() > static_cast<std::int64_t>(tasks_.size() * cluster_.size());
        if (draft_.complete) end_any(now, 0);
        return draft_.best;
    }
    /// Whether everything was tried.
    [[nodiscard]] bool is_complete() const noexcept { return draft_.is_complete(); }

  private:
    /// The domains in one of which all members must be, or the cluster.
    [[nodiscard]] std::vector<domain_id> domains() const {
        const domain_tree& tree = cluster_.domains();
        std::vector<domain_id> all;
        const auto level = std::find(tree.levels().begin(), tree.levels().end(), gang_.level);
        for (std::uint32_t d = 0; d < tree.size() && gang_.required && level != tree.levels().end(); ++d)
            if (tree[domain_id{d}].level == static_cast<int>(level - tree.levels().begin()))
                all.push_back(domain_id{d});
        if (all.empty()) all.push_back(domain_id{});
        return all;
    }

    /// Keeps the plan if the gang has room now.
    [[nodiscard]] bool offer(const gpupack::cluster& now) {
        if (draft_.best && draft_.best->cost <= draft_.plan.cost) return false;
        const auto placed = plan_gang(now, policy_, gang_);
        draft_.complete = draft_.complete && (placed || placed.error().proven);
        if (!placed) return false;
        draft_.best = draft_.plan;
        for (const std::size_t member : placed->order)
            draft_.best->steps.push_back({room_step::action::place, member, placed->members[member]});
        return true;
    }

    /// Makes room for one member after the other, as for requests alone; then those need not end without whom it does.
    void by_members(domain_id domain) {
        gpupack::cluster trial = cluster_;
        const domain_tree& tree = trial.domains();
        for (std::uint32_t n = 0; n < trial.size(); ++n) {
            const node_id id = trial.id_at(n);
            if (!trial.contains(id)) continue;
            domain_id own = trial.domain_of(id);
            while (own != domain && tree[own].parent != own) own = tree[own].parent;
            if (own != domain) trial.set_closed(id, true);
        }
        std::vector<room_step> ends;
        std::vector<room_step> moves;
        std::vector<bool> used(tasks_.size(), false);
        for (const request& member : requests_)
            if (!member_room(trial, member, ends, moves, used)) return;
        drop_needless(ends, moves);
    }

    /// Makes room for a member on the trial, and places it there.
    [[nodiscard]] bool member_room(gpupack::cluster& trial, const request& member, std::vector<room_step>& ends,
                                   std::vector<room_step>& moves, std::vector<bool>& used) {
        std::vector<running_task> left;
        std::vector<std::size_t> numbers;
        for (std::size_t t = 0; t < tasks_.size(); ++t) {
            if (used[t]) continue;
            left.push_back(tasks_[t]);
            numbers.push_back(t);
        }
        room_limits limits = limits_;
        limits.ends -= static_cast<int>(ends.size());
        limits.moves -= static_cast<int>(moves.size());
        limits.budget /= static_cast<std::int64_t>(requests_.size());
        const auto plan = room_search{trial, left, member, limits, chooser_for(policy_, trial, member)}.search();
        if (!plan) return false;
        for (room_step step : plan->steps) {
            if (step.kind == room_step::action::place) {
                (void)trial.take(step.target.node, step.target.gpus, member, step.target.slots);
                continue;
            }
            step.task = numbers[step.task];
            used[step.task] = true;
            (step.kind == room_step::action::end ? ends : moves).push_back(step);
            if (step.kind == room_step::action::move)
                (void)trial.take(step.target.node, step.target.gpus, tasks_[step.task].request, step.target.slots);
            trial.give_back(tasks_[step.task].place);
        }
        return true;
    }

    /// Offers ends and moves, and the same without each end that is not needed, the dearest first.
    void drop_needless(std::vector<room_step> ends, const std::vector<room_step>& moves) {
        std::stable_sort(ends.begin(), ends.end(), [&](const room_step& a, const room_step& b) {
            return tasks_[a.task].end_cost > tasks_[b.task].end_cost;
        });
        if (!attempt(ends, moves)) return;
        for (std::size_t e = 0; e < ends.size();) {
            std::vector<room_step> fewer = ends;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(e));
            if (attempt(fewer, moves))
                ends = std::move(fewer);
            else
                ++e;
        }
    }

    /// Does ends and moves on a copy, and keeps them if the gang then has room.
    [[nodiscard]] bool attempt(const std::vector<room_step>& ends, const std::vector<room_step>& moves) {
        gpupack::cluster trial = cluster_;
        const room_plan before = draft_.plan;
        bool holds = true;
        for (const room_step& step : ends) {
            trial.give_back(tasks_[step.task].place);
            draft_.touch(step.task, step, tasks_[step.task].end_cost);
        }
        for (const room_step& step : moves) {
            const request& moved = tasks_[step.task].request;
            holds = holds && fit::fits_on(trial[step.target.node], moved, step.target.gpus, step.target.slots);
            if (!holds) break;
            (void)trial.take(step.target.node, step.target.gpus, moved, step.target.slots);
            trial.give_back(tasks_[step.task].place);
            draft_.touch(step.task, step, tasks_[step.task].move_cost);
        }
        const bool kept = holds && offer(trial);
        draft_.plan = before;
        std::fill(draft_.touched.begin(), draft_.touched.end(), false);
        return kept;
    }

    /// Ends any tasks from the nth on, then moves any.
    void end_any(const gpupack::cluster& now, std::size_t nth) {
        move_any(now);
        for (std::size_t task = nth; task < tasks_.size() && draft_.budget.is_left(); ++task) {
            if (draft_.plan.ends == limits_.ends || !draft_.is_cheaper(tasks_[task].end_cost) || !draft_.spend())
                continue;
            gpupack::cluster next = now;
            next.give_back(tasks_[task].place);
            draft_.touch(task, {room_step::action::end, task, {}}, tasks_[task].end_cost);
            end_any(next, task + 1);
            draft_.untouch(task, tasks_[task].end_cost);
        }
    }

    /// Moves any tasks to any place.
    void move_any(const gpupack::cluster& now) {
        if (offer(now) || draft_.plan.moves == limits_.moves) return;
        for (std::size_t task = 0; task < tasks_.size() && draft_.budget.is_left(); ++task) {
            if (draft_.touched[task] || !draft_.is_cheaper(tasks_[task].move_cost)) continue;
            for (std::uint32_t n = 0; n < now.size() && draft_.budget.is_left(); ++n) {
                const node_id id = now.id_at(n);
                if (!now.contains(id) || !fit::fits(now[id], tasks_[task].request)) continue;
                std::vector<selection> choices;
                draft_.complete =
                    collect_choices(choices, now[id], tasks_[task].request, true, slot_choices::all, 4096) &&
                    draft_.complete;
                for (const selection& choice : choices) {
                    if (!draft_.is_cheaper(tasks_[task].move_cost) || !draft_.spend()) break;
                    gpupack::cluster next = now;
                    (void)next.take(choice.node, choice.gpus, tasks_[task].request,
                                    choice.slots); // before the old place is given up
                    next.give_back(tasks_[task].place);
                    draft_.touch(task, {room_step::action::move, task, choice}, tasks_[task].move_cost);
                    move_any(next);
                    draft_.untouch(task, tasks_[task].move_cost);
                }
            }
        }
    }

    const cluster& cluster_;
    const Policy& policy_;
    const gang& gang_;
    const std::vector<running_task>& tasks_;
    const room_limits& limits_;
    std::vector<request> requests_; // [members]
    room_draft draft_;
};

} // namespace gpupack::inline GPUPACK_ABI::plan::detail
