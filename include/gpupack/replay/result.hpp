// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// One decision: what became of one arrival.
struct outcome {
    std::size_t task = 0;     ///< Index into the tasks.
    bool placed = false;      ///< Whether it was placed; else it was rejected, or was still waiting at the end.
    node_id node{};           ///< Where it was placed; of a gang, its first member.
    gpu_set gpus{};           ///< On that node.
    std::int64_t arrived = 0; ///< When it arrived.
    std::int64_t decided = 0; ///< When it was first placed, rejected, or given up.
    int gang_level = no_gang; ///< Of a gang: the level of the narrowest domain that holds it; below all: one node.
    std::int64_t ended = not_ended;               ///< When it left; not_ended for one that has not.
    int evictions = 0;                            ///< How often it was ended for another one.
    static constexpr std::int64_t not_ended = -1; ///< ended of a task that was not placed, or still runs at the end.
    static constexpr int no_gang = -1;            ///< gang_level of a single task.
};

/// The state of the cluster at one time.
struct sample {
    std::int64_t time = 0;   ///< Since means over time are taken.
    double arrived = 0;      ///< Compute that tasks have requested so far, in percent of the cluster's.
    double allocated = 0;    ///< In percent of the cluster's compute, as allocated_percent().
    double fragmented = 0;   ///< In percent of the cluster's compute, as fragmented_percent().
    std::size_t waiting = 0; ///< Tasks that have arrived and are not placed.
    std::vector<std::uint8_t>
        nodes{}; ///< [nodes]  Compute in use, in percent of the node's; only with options::samples_nodes.
};

/// Tasks of GPUs that were refused.
struct refusals {
    std::size_t tasks = 0;       ///< All of them, since means over time are taken.
    std::size_t though_free = 0; ///< Those that were no larger than what was free on all GPUs together.

    friend constexpr bool operator==(const refusals&, const refusals&) = default;
};

/// What came of a replay.
struct result {
    std::vector<outcome> outcomes;    ///< [decisions]  In the order in which they were made.
    std::size_t placed = 0;           ///< Tasks, as all numbers here.
    std::size_t rejected = 0;         ///< Dropped when they arrived.
    std::size_t unplaced = 0;         ///< Still waiting when the last task had left.
    std::int64_t arrived_compute = 0; ///< Milli-GPUs that tasks have requested.
    double allocated_percent = 0;     ///< As it was at the last arrival.
    double fragmented_percent = 0;    ///< As it was at the last arrival.
    double mean_allocated_percent =
        0; ///< Over time, until the last arrival; of a batch, which has no such time, over all of it.
    double mean_active_gpus = 0;        ///< GPUs in use, over time, until the last arrival.
    refusals refused{};                 ///< Tasks that want GPUs and were dropped when they arrived.
    double whole_allocated_percent = 0; ///< Over time, until the last task has left.
    double used_gpu_time = 0;           ///< GPUs in use times time, until the last task has left.
    double idle_while_waiting = 0;      ///< GPUs idle times time, while some task waited.
    double idle_without_demand = 0;     ///< GPUs idle times time, while none did.
    double lost_gpu_time = 0;           ///< GPUs times time that ended tasks have run in vain.
    std::size_t evictions = 0;          ///< How often a task was ended for another one.
    std::size_t reclaims = 0;           ///< How many of those ends gave back what a tenant had borrowed.
    std::size_t moves = 0;              ///< How often a task was moved for another one.
    std::int64_t last_time = 0;         ///< When the last task had left.
    double seconds = 0;                 ///< Spent deciding, placing, releasing and learning; not measuring.
    std::vector<sample> samples;        ///< As options::samples says.

    /// Tasks that were not placed.
    [[nodiscard]] std::size_t failed() const noexcept { return rejected + unplaced; }
    /// Tasks that were decided.
    [[nodiscard]] std::size_t decisions() const noexcept { return placed + failed(); }
    /// Decisions a second; 0 where there were none.
    [[nodiscard]] double decisions_per_second() const noexcept {
        return seconds > 0 ? static_cast<double>(decisions()) / seconds : 0;
    }
};

/// How long placed tasks waited.
struct waits {
    std::size_t tasks = 0;    ///< Placed later than they arrived.
    std::int64_t total = 0;   ///< Time that they waited, together.
    std::int64_t longest = 0; ///< Longest wait of one of them.
};

/// Whether a task was placed later than it arrived.
[[nodiscard]] constexpr bool has_waited(const outcome& decision) noexcept {
    return decision.placed && decision.decided > decision.arrived;
}

/// Adds up the waits of a replay.
[[nodiscard]] inline waits waits_of(const result& replayed) {
    waits sum;
    for (const outcome& each : replayed.outcomes) {
        if (!has_waited(each)) continue;
        ++sum.tasks;
        sum.total += each.decided - each.arrived;
        sum.longest = std::max(sum.longest, each.decided - each.arrived);
    }
    return sum;
}

} // namespace gpupack::inline GPUPACK_ABI::replay
