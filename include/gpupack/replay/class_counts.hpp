// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/locality.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/workload/task.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// Decisions by task class: by the task of the workload that arrived.
struct class_counts {
    std::vector<std::int64_t> arrived; ///< [tasks]
    std::vector<std::int64_t> placed;  ///< [tasks]
    std::vector<locality> localities;  ///< [tasks]  How close together they were placed.

    /// Arrivals of all classes.
    [[nodiscard]] std::int64_t all_arrived() const noexcept { return sum(arrived); }
    /// Placements of all classes.
    [[nodiscard]] std::int64_t all_placed() const noexcept { return sum(placed); }
    /// How close together the tasks of all classes were placed.
    [[nodiscard]] locality overall_locality() const {
        locality all;
        for (const locality& each : localities) all += each;
        return all;
    }
    /// Tasks placed, in percent of those that arrived.
    [[nodiscard]] double accepted_percent() const noexcept { return percent(all_placed(), all_arrived()); }
    /// The same, each task weighted by its size.
    [[nodiscard]] double accepted_size_percent(const std::vector<workload::task>& tasks) const noexcept {
        std::int64_t all = 0;
        std::int64_t accepted = 0;
        for (std::size_t t = 0; t < tasks.size(); ++t) {
            all += arrived[t] * tasks[t].size;
            accepted += placed[t] * tasks[t].size;
        }
        return percent(accepted, all);
    }

  private:
    [[nodiscard]] static std::int64_t sum(const std::vector<std::int64_t>& counts) noexcept {
        std::int64_t all = 0;
        for (const std::int64_t count : counts) all += count;
        return all;
    }
};

/// Counts the decisions of a replay by task class.
///
/// @param cluster   that the tasks were placed on
/// @param tasks     of the workload
/// @param replayed  what came of them
/// @param begin     arrivals before are left out, while the cluster fills
[[nodiscard]] inline class_counts count_classes(const cluster& cluster, const std::vector<workload::task>& tasks,
                                                const result& replayed, std::int64_t begin = 0) {
    class_counts counts{std::vector<std::int64_t>(tasks.size()), std::vector<std::int64_t>(tasks.size()),
                        std::vector<locality>(tasks.size())};
    for (const outcome& each : replayed.outcomes) {
        if (each.arrived < begin) continue;
        ++counts.arrived[each.task];
        if (!each.placed) continue;
        ++counts.placed[each.task];
        if (each.gang_level == outcome::no_gang)
            counts.localities[each.task].count_set(cluster[each.node].type(), each.gpus);
        else
            counts.localities[each.task].count_gang(each.gang_level);
    }
    return counts;
}

} // namespace gpupack::replay
