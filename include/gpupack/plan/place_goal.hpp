// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/plan/places_on.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// How many places for a request a cluster should have free, and what each is worth. Where it has fewer, they are short.
struct place_goal {
    gpupack::request request; ///< As it is placed.
    std::int64_t number = 1;  ///< Places; more are worth nothing.
    std::int64_t weight = 1;  ///< Of each place up to that number, above 0.
};

/// The goals of an expected mix: places for so many tasks, shared out over its requests by how often they come, rounded up.
/// A place is worth the milli-GPUs that the request asks for. Requests without GPUs are left out.
///
/// @param expected  what comes
/// @param tasks     for how many of them there should be places
[[nodiscard]] inline std::vector<place_goal> goals_of(const task_mix& expected, std::int64_t tasks) {
    GPUPACK_EXPECTS(tasks >= 0, "a number of tasks");
    std::vector<place_goal> goals;
    for (const task_mix::entry& each : expected.entries()) {
        if (each.request.gpus == 0) continue;
        const std::int64_t number = (each.count * tasks + expected.total() - 1) / expected.total();
        goals.push_back({each.request, number, std::max<std::int64_t>(1, each.request.total_compute().count())});
    }
    return goals;
}

/// What the places that a cluster has free are worth: over all goals, the weight times the places, up to the number wanted.
/// The places of each request are counted as if it alone came.
[[nodiscard]] inline std::int64_t value_of_places(const cluster& cluster, const std::vector<place_goal>& goals) {
    std::int64_t value = 0;
    for (const place_goal& goal : goals) {
        std::int64_t places = 0;
        for (std::uint32_t n = 0; n < cluster.size(); ++n) places += places_on(cluster.node_at(n), goal.request);
        value += goal.weight * std::min(places, goal.number);
    }
    return value;
}

} // namespace gpupack::plan
