// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/plan/plan_gang.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// A gang that is placed.
///
/// members   [members]  part by part, in the order of gang::parts
/// domain    the narrowest that holds them all
/// one_node  whether one node does
struct gang_placement {
    std::vector<placement> members;
    domain_id domain{};
    bool one_node = false;
};

/// Says yes to every member.
struct admit_all {
    bool operator()(std::size_t, const placement&) const noexcept { return true; }
};

/// Gives back all members of a gang.
///
/// @param by      a scheduler or an any_scheduler
/// @param placed  the gang
template <class Scheduler> void release_gang(Scheduler& by, const gang_placement& placed) {
    for (const placement& member : placed.members) by.release(member);
}

/// Places a gang: all members, or none.
///
/// by      a scheduler or an any_scheduler
/// admit   called with the number and the placement of each member once all are taken; where it says no, because
///         binding a task failed for instance, everything is given back, the state is bit for bit as it was, and the
///         gang is refused
/// errors  as plan_gang; a refusal by admit is one that is not proven
template <class Scheduler, class Admit = admit_all>
[[nodiscard]] expected<gang_placement, gang_failure> place_gang(Scheduler& by, const gang& wanted, Admit&& admit = {},
                                                                std::int64_t budget = 20'000) {
    const auto made = plan_gang(by.cluster(), by.policy(), wanted, budget, by.rule());
    if (!made) return unexpected<gang_failure>{made.error()};
    std::vector<const request*> request;
    for (const gang_part& part : wanted.parts)
        request.insert(request.end(), static_cast<std::size_t>(part.count), &part.request);
    gang_placement placed{std::vector<placement>(made->seats.size()), made->domain, made->one_node};
    for (const std::size_t member : made->order)
        placed.members[member] = by.take(made->seats[member], *request[member]);
    for (std::size_t member = 0; member < placed.members.size(); ++member) {
        if (admit(member, placed.members[member])) continue;
        release_gang(by, placed);
        return unexpected<gang_failure>{gang_failure{{}, true, false}};
    }
    return placed;
}

} // namespace gpupack::plan
