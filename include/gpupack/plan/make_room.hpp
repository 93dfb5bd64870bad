// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/plan/detail/room_search.hpp>
#include <gpupack/plan/place_compound.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// The cheapest way to make room for a request by ending and moving tasks; nothing is done.
///
/// First each node is looked at alone: which of its tasks would have to end, or move to the fullest other node that takes
/// them. Then, as far as the budget goes, all ends and moves anywhere are tried, in every order and to every place, so on
/// small clusters the plan is the best there is. Ends come first in a plan, since what they free can only help; a task that
/// moves holds its old and its new place for a moment, and is touched once.
/// Ties: the plan that is found first, which is that of the lower node.
/// Cost: a test for each set of tasks of a node that costs less than the best plan so far; allocates.
///
/// @param cluster  stays as it is
/// @param policy   selects the GPUs of the request on its node: a policy, or any_policy
/// @param request  what is placed, a valid request
/// @param tasks    those that may be ended or moved, with their costs, none below 0; each placement is live
/// @param limits   how much may be done
/// @return         the plan; or whether there is none, or none that is worth its cost
template <class Policy>
requires(policy::policy<Policy> || std::same_as<Policy, any_policy>)
    [[nodiscard]] expected<room_plan, no_room> make_room(const cluster& cluster, const Policy& policy,
                                                         const request& request, const std::vector<running_task>& tasks,
                                                         const room_limits& limits = {}) {
    GPUPACK_EXPECTS(is_valid(request), "a valid request");
    for (const running_task& each : tasks) {
        GPUPACK_EXPECTS(cluster.is_live(each.place), "a live placement of each task");
        GPUPACK_EXPECTS(each.end_cost >= 0 && each.move_cost >= 0, "costs that are not negative");
    }
    detail::room_search search{cluster, tasks, request, limits, detail::chooser_for(policy, cluster, request)};
    std::optional<room_plan> plan = search.search();
    if (!plan) return unexpected<no_room>{no_room{.proven = search.is_complete()}};
    if (plan->cost > 0 && plan->cost >= limits.worth)
        return unexpected<no_room>{
            no_room{.proven = search.is_complete(), .not_worth_it = true, .least_cost = plan->cost}};
    plan->best = search.is_complete();
    return *plan;
}

/// What carrying out a plan leaves behind.
struct room_made {
    placement place;                             ///< Of the request.
    std::vector<std::optional<placement>> tasks; ///< [tasks] Where each task is now; nothing where it was ended.
};

/// Carries a plan out: all its steps, or none.
///
/// The plan is tried on the cluster as it is now before anything is done, so a plan that other placements have overtaken is
/// refused and nothing has happened.
///
/// @param scheduler  a scheduler or an any_scheduler
/// @param request    what the plan is for
/// @param tasks      those that the plan was made with
/// @param plan       from make_room
/// @return           the new placements; nothing where the plan no longer holds
template <class Scheduler> [[nodiscard]] std::optional<room_made>
carry_out(Scheduler& scheduler, const request& request, const std::vector<running_task>& tasks, const room_plan& plan) {
    if (!detail::steps_hold(scheduler.cluster(), tasks, request, plan.steps)) return std::nullopt;
    room_made made;
    for (const running_task& each : tasks) made.tasks.emplace_back(each.place);
    for (const room_step& step : plan.steps) {
        if (step.kind == room_step::action::place) {
            made.place = scheduler.take(step.target, request);
            continue;
        }
        std::optional<placement> moved;
        if (step.kind == room_step::action::move) moved = scheduler.take(step.target, tasks[step.task].request);
        scheduler.release(tasks[step.task].place);
        made.tasks[step.task] = moved;
    }
    return made;
}

} // namespace gpupack::plan
