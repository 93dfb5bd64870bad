// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/room_plan.hpp>

#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// How much may be done to make places.
struct defragment_limits {
    int moves = 8;                           ///< Tasks that may be moved; one that moves twice counts twice.
    std::int64_t cost = running_task::never; ///< What the moves may cost together.
    std::int64_t budget = 100'000;           ///< Sets of tasks and choices that may be tried.
};

/// Moves that make places, each feasible after those before it. One may stop after any of them: never are the places worth
/// less than at the start.
struct defragment_plan {
    std::vector<room_step> steps{};     ///< All of them moves.
    std::vector<std::int64_t> values{}; ///< [steps] What the places are worth after each; see value_of_places().
    std::int64_t start = 0;             ///< What they are worth now.
    std::int64_t gain = 0;              ///< What they are worth at the end, beyond that.
    std::int64_t cost = 0;              ///< Of all moves.
    std::int64_t most_gain = 0;         ///< No plan within the limits gains more.

    /// Whether no plan gains more.
    [[nodiscard]] bool is_best() const noexcept { return gain == most_gain; }
};

} // namespace gpupack::plan
