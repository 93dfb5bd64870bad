// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/plan/gang_plan.hpp>
#include <gpupack/plan/plan_gang.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// A gang that is placed.
struct gang_placement {
    std::vector<placement> members; ///< [members] Part by part, in the order of gang::parts.
    domain_id domain{};             ///< The narrowest that holds them all.
    bool one_node = false;          ///< Whether one node holds them all.
};

/// Says yes to every member.
struct admit_all {
    bool operator()(std::size_t, const placement&) const noexcept { return true; }
};

/// Gives back all members of a gang.
///
/// @param scheduler  a scheduler or an any_scheduler
/// @param placed     the gang
template <class Scheduler> void release_gang(Scheduler& scheduler, const gang_placement& placed) {
    for (const placement& member : placed.members) scheduler.release(member);
}

/// Places a gang: all members, or none.
///
/// @param scheduler  takes the members: a scheduler or an any_scheduler
/// @param gang       its members
/// @param admit      admit(member, placement) is called for each member once all are taken. Where it says no, because
///                   binding a task failed for instance, everything is given back, the state is bit for bit as it was,
///                   and the gang is refused
/// @param budget     see plan_gang
/// @return           the placements; errors as plan_gang; a refusal by admit names the member, and is not proven
template <class Scheduler, class Admit = admit_all> [[nodiscard]] expected<gang_placement, gang_failure>
place_gang(Scheduler& scheduler, const gang& gang, Admit&& admit = {}, std::int64_t budget = 20'000) {
    const auto plan = plan_gang(scheduler.cluster(), scheduler.policy(), gang, budget, scheduler.rule());
    if (!plan) return unexpected<gang_failure>{plan.error()};
    std::vector<const request*> requests;
    for (const gang_part& part : gang.parts)
        requests.insert(requests.end(), static_cast<std::size_t>(part.count), &part.request);
    gang_placement placed{std::vector<placement>(plan->members.size()), plan->domain, plan->one_node};
    for (const std::size_t member : plan->order)
        placed.members[member] = scheduler.take(plan->members[member], *requests[member]);
    for (std::size_t member = 0; member < placed.members.size(); ++member) {
        if (admit(member, placed.members[member])) continue;
        release_gang(scheduler, placed);
        gang_failure refusal{.proven = false, .members = gang.members(), .fitting = gang.members()};
        refusal.refused_member = member;
        return unexpected<gang_failure>{refusal};
    }
    return placed;
}

} // namespace gpupack::plan
