// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// A task that runs, and what it costs to make room at its expense. Costs are in any one unit, GPU-seconds for instance; a
/// task that must not be touched is left out, or has neither cost.
struct running_task {
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max(); ///< A cost: it must not be done.

    placement place;                ///< Its live placement.
    gpupack::request request;       ///< What was placed for it, to place it again elsewhere.
    std::int64_t end_cost = never;  ///< Of ending it: what is lost.
    std::int64_t move_cost = never; ///< Of moving it: it holds both places for a moment, then the new one.
};

/// How much may be done to make room.
struct room_limits {
    int ends = 4;  ///< Tasks that may be ended.
    int moves = 4; ///< Tasks that may be moved.
    std::int64_t worth =
        running_task::never;      ///< What placing the request is worth: a plan that costs as much is not made.
    std::int64_t budget = 20'000; ///< Choices that may be tried.
};

/// One step of a plan.
struct room_step {
    /// What is done.
    enum class action : std::uint8_t { end, move, place };

    action kind = action::place; ///< What is done.
    std::size_t task = 0;        ///< The task that ends or moves: an index into the tasks. Nothing for `place`.
    selection target{};          ///< Where the task goes, or the request.
};

/// How room is made for a request: steps that are feasible one after the other.
struct room_plan {
    std::vector<room_step> steps; ///< Ends, then moves, then the place of the request.
    std::int64_t cost = 0;        ///< Of all steps.
    int ends = 0;                 ///< Tasks that end.
    int moves = 0;                ///< Tasks that move.
    int instances = 0;            ///< MIG instances and vGPUs that are destroyed.
    bool best = false;            ///< Whether no plan costs less; else the budget did not suffice to know.
};

/// Why no room is made.
struct no_room {
    bool proven = false;         ///< Whether there is no plan within the limits; else the budget ran out.
    bool not_worth_it = false;   ///< Whether there is a plan, but it costs as much as the request is worth.
    std::int64_t least_cost = 0; ///< Of that plan.
};

} // namespace gpupack::plan
