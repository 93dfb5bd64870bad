#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/plan/plan_gang.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/placement.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::plan {

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

/// Places a gang: all members, or none.
///
/// admit   called with the number and the placement of each member once it is taken; where it says no, because
///         binding a task failed for instance, everything is given back, the state is bit for bit as it was, and the
///         gang is refused
/// errors  as plan_gang; a refusal by admit is one that is not proven
template <policy::policy Policy, search::engine Engine, class Admit = admit_all>
[[nodiscard]] expected<gang_placement, no_gang> place_gang(scheduler<Policy, Engine>& by, const gang& wanted,
                                                           Admit&& admit = {}, std::int64_t budget = 20'000) {
    const auto made = plan_gang(by.state(), by.by(), wanted, budget);
    if (!made) return unexpected<no_gang>{made.error()};
    gang_placement placed{{}, made->domain, made->one_node};
    placed.members.reserve(made->seats.size());
    std::size_t member = 0;
    for (const gang_part& part : wanted.parts)
        for (int i = 0; i < part.count; ++i, ++member) {
            placed.members.push_back(by.take(made->seats[member], part.asked));
            if (admit(member, placed.members.back())) continue;
            for (; !placed.members.empty(); placed.members.pop_back()) by.release(placed.members.back());
            return unexpected<no_gang>{no_gang{{}, true, false}};
        }
    return placed;
}

/// Gives back all members of a gang.
template <policy::policy Policy, search::engine Engine>
void release_gang(scheduler<Policy, Engine>& by, const gang_placement& placed) {
    for (const placement& member : placed.members) by.release(member);
}

} // namespace gpupack::plan
