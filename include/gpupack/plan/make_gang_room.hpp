// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/plan/detail/gang_room_search.hpp>
#include <gpupack/plan/room_plan.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/placement.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// The cheapest way to make room for all members of a gang by ending and moving tasks; nothing is done.
///
/// First room is made for one member after the other, in each domain in which all of them may be, and ends that turn out not to be
/// needed are dropped. Then, as far as the budget goes, all ends and moves anywhere are tried, in every order and to every place, so
/// on small clusters the plan is the best there is. Whether the gang fits then is decided by plan_gang().
/// Ties: the plan that is found first.
/// Cost: make_room() for each member and domain, and a copy of the cluster for each end and move that is tried; allocates.
///
/// @param cluster  stays as it is
/// @param policy   selects the GPUs of the members: a policy, or any_policy
/// @param gang     what is placed, a valid gang
/// @param tasks    those that may be ended or moved, with their costs, none below 0; each placement is live
/// @param limits   how much may be done
/// @return         the plan: ends, then moves, then the members in the order in which they must be taken, room_step::task being the
///                 number of the member; or whether there is none, or none that is worth its cost
template <class Policy>
requires(policy::policy<Policy> || std::same_as<Policy, any_policy>)
    [[nodiscard]] expected<room_plan, no_room> make_room(const cluster& cluster, const Policy& policy, const gang& gang,
                                                         const std::vector<running_task>& tasks,
                                                         const room_limits& limits = {}) {
    GPUPACK_EXPECTS(checked(gang).has_value(), "a valid gang");
    for (const running_task& each : tasks) {
        GPUPACK_EXPECTS(cluster.is_live(each.place), "a live placement of each task");
        GPUPACK_EXPECTS(each.end_cost >= 0 && each.move_cost >= 0, "costs that are not negative");
    }
    detail::gang_room_search search{cluster, policy, gang, tasks, limits};
    std::optional<room_plan> plan = search.search();
    if (!plan) return unexpected<no_room>{no_room{.proven = search.is_complete()}};
    if (plan->cost > 0 && plan->cost >= limits.worth)
        return unexpected<no_room>{
            no_room{.proven = search.is_complete(), .not_worth_it = true, .least_cost = plan->cost}};
    plan->best = plan->cost == 0 || search.is_complete();
    return *plan;
}

/// What carrying out a plan for a gang leaves behind.
struct gang_room_made {
    std::vector<placement> members;              ///< [members] Part by part, in the order of gang::parts.
    std::vector<std::optional<placement>> tasks; ///< [tasks] Where each task is now; nothing where it was ended.
};

/// Carries a plan out: all its steps, or none.
///
/// The plan is tried on a copy of the cluster as it is now before anything is done, so a plan that other placements have overtaken
/// is refused and nothing has happened.
///
/// @param scheduler  a scheduler or an any_scheduler
/// @param gang       what the plan is for
/// @param tasks      those that the plan was made with
/// @param plan       from make_room
/// @return           the new placements; nothing where the plan no longer holds
template <class Scheduler> [[nodiscard]] std::optional<gang_room_made>
carry_out(Scheduler& scheduler, const gang& gang, const std::vector<running_task>& tasks, const room_plan& plan) {
    const std::vector<request> requests = detail::member_requests(gang);
    if (!detail::gang_steps_hold(scheduler.cluster(), tasks, requests, plan.steps)) return std::nullopt;
    gang_room_made made{.members = std::vector<placement>(requests.size())};
    for (const running_task& each : tasks) made.tasks.emplace_back(each.place);
    for (const room_step& step : plan.steps) {
        if (step.kind == room_step::action::place) {
            made.members[step.task] = scheduler.take(step.target, requests[step.task]);
            continue;
        }
        std::optional<placement> moved;
        if (step.kind == room_step::action::move) moved = scheduler.take(step.target, tasks[step.task].request);
        scheduler.release(tasks[step.task].place);
        made.tasks[step.task] = moved;
    }
    return made;
}

} // namespace gpupack::inline GPUPACK_ABI::plan
