// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/gang_patterns.hpp>
#include <gpupack/plan/room_plan.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// The plan that a search for room is trying, and the cheapest that it has found.
struct room_draft {
    /// @param running   tasks that may be ended or moved; must outlive the draft
    /// @param attempts  how many steps may be tried
    room_draft(const std::vector<running_task>& running, std::int64_t attempts)
        : tasks{running}, budget{attempts}, touched(running.size(), false) {}

    const std::vector<running_task>& tasks; ///< Those that may be ended or moved.
    search_budget budget;                   ///< What is left of the steps that may be tried.
    bool complete = true;                   ///< Whether nothing was left out.
    std::vector<bool> touched;              ///< [tasks] Whether the plan ends or moves it.
    room_plan plan;                         ///< So far.
    std::optional<room_plan> best;          ///< The cheapest that makes room.

    /// Whether the plan, at that cost more, would still cost less than the cheapest.
    [[nodiscard]] bool is_cheaper(std::int64_t more) const noexcept {
        return more != running_task::never && (!best || more < best->cost - plan.cost);
    }
    /// Counts a step; false where none is left.
    [[nodiscard]] bool spend() {
        const bool left = budget.spend();
        complete = complete && left;
        return left;
    }
    /// Whether everything was tried.
    [[nodiscard]] bool is_complete() const noexcept { return complete && budget.is_left(); }

    /// Adds the end or the move of a task to the plan.
    void touch(std::size_t task, room_step step, std::int64_t cost) {
        plan.steps.push_back(step);
        plan.cost += cost;
        (step.kind == room_step::action::end ? plan.ends : plan.moves) += 1;
        if (in_profiles(tasks[task].request.share.way())) plan.instances += tasks[task].request.gpus;
        touched[task] = true;
    }
    /// Takes back what was added last.
    void untouch(std::size_t task, std::int64_t cost) {
        if (in_profiles(tasks[task].request.share.way())) plan.instances -= tasks[task].request.gpus;
        (plan.steps.back().kind == room_step::action::end ? plan.ends : plan.moves) -= 1;
        plan.cost -= cost;
        plan.steps.pop_back();
        touched[task] = false;
    }
};

} // namespace gpupack::plan::detail
