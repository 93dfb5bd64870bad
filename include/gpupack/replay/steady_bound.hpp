// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/hindsight_bound.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// What no policy could exceed where tasks come and go and are refused if they do not fit.
struct steady_bound {
    double allocated_percent = 100; ///< What could be in use over time, in percent of the GPUs.
    double size_percent = 100;      ///< What could be accepted of what arrives, each task weighted by size and stay.
};

/// The hindsight_bound of the tasks that would be there if none were refused, on average over some times: whatever was
/// refused, no more than that is in use then. Those times stand for all, so the mean has the error of a sample.
///
/// @param cluster   the nodes
/// @param tasks     of the workload
/// @param arrivals  earliest first; each with a duration
/// @param begin     of what is measured
/// @param end       of what is measured
/// @param times     how many, evenly spaced; each takes as long as a hindsight_bound. 0: 5 for a large cluster, more for
///                  a small one, whose state varies more and whose bound takes less time
[[nodiscard]] inline steady_bound steady_bound_of(const cluster& cluster, const std::vector<workload::task>& tasks,
                                                  const std::vector<workload::arrival>& arrivals, std::int64_t begin,
                                                  std::int64_t end, int times = 0) {
    constexpr int nodes_times = 6000; // that take about as long as five bounds of openb
    if (times == 0) times = std::clamp(nodes_times / std::max(static_cast<int>(cluster.size()), 1), 5, 100);
    std::int64_t most = 0;
    std::int64_t offered = 0;
    for (int i = 0; i < times; ++i) {
        const std::int64_t time = begin + (end - begin) * (2 * i + 1) / (2 * times);
        std::vector<workload::arrival> present;
        for (const workload::arrival& each : arrivals) {
            if (each.time > time) break;
            if (each.duration && each.time + *each.duration <= time) continue;
            present.push_back(each);
            offered += tasks[each.task].request.total_compute().count() * tasks[each.task].members;
        }
        most += plan::hindsight_bound(cluster, workload::arrived_mix(tasks, present)).count();
    }
    return {percent(most, cluster.compute().count() * times), offered == 0 ? 100.0 : percent(most, offered)};
}

} // namespace gpupack::replay
