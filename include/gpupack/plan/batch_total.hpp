// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/selection.hpp>

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// What counts when two ways to place a batch are compared; the other amount breaks ties.
enum class batch_goal : std::uint8_t {
    compute, ///< GPU compute that the placed requests ask for.
    tasks    ///< Placed requests.
};

/// How much of a batch was placed.
struct batch_total {
    std::int64_t compute = 0; ///< Milli-GPUs that the placed requests ask for.
    std::int64_t tasks = 0;   ///< Placed requests.

    /// Whether it reaches more of the goal.
    [[nodiscard]] constexpr bool beats(const batch_total& other, batch_goal goal) const noexcept {
        return goal == batch_goal::compute ? std::tie(other.compute, other.tasks) < std::tie(compute, tasks)
                                           : std::tie(other.tasks, other.compute) < std::tie(tasks, compute);
    }
    friend bool operator==(const batch_total&, const batch_total&) = default;
};

/// Adds up what was placed.
///
/// @param requests  the batch
/// @param choices   [requests]
[[nodiscard]] inline batch_total total_of(const std::vector<request>& requests, const std::vector<selection>& choices) {
    GPUPACK_EXPECTS(requests.size() == choices.size(), "a choice for each request");
    batch_total total;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (!choices[i].found()) continue;
        total.compute += requests[i].total_compute().count();
        ++total.tasks;
    }
    return total;
}

} // namespace gpupack::plan
