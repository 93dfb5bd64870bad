// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/workload.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// How much of what arrives any policy could take if nothing were lost to fragmentation: at each time the sizes of the
/// tasks that would be running if all were taken, or the capacity, whichever is less. In percent of those sizes, over
/// time.
///
/// @param source    whose tasks have sizes, and which has a capacity
/// @param arrivals  earliest first; tasks without a duration stay
/// @param begin     what is before this time does not count
/// @return 100 where nothing arrives
[[nodiscard]] inline double capacity_bound_percent(const workload::workload& source,
                                                   const std::vector<workload::arrival>& arrivals,
                                                   std::int64_t begin = 0) {
    using departure = std::pair<std::int64_t, std::int64_t>; // time and size
    std::priority_queue<departure, std::vector<departure>, std::greater<departure>> departures;
    std::int64_t size = 0;
    std::int64_t since = 0;
    double offered = 0;
    double accepted = 0;
    const auto advance_to = [&](std::int64_t time) {
        const auto ticks = static_cast<double>(std::max(time, begin) - std::max(since, begin));
        offered += ticks * static_cast<double>(size);
        accepted += ticks * static_cast<double>(std::min(size, source.capacity));
        since = time;
    };
    for (const workload::arrival& each : arrivals) {
        for (; !departures.empty() && departures.top().first <= each.time; departures.pop()) {
            advance_to(departures.top().first);
            size -= departures.top().second;
        }
        advance_to(each.time);
        const std::int64_t added = source.tasks[each.task].size;
        size += added;
        if (each.duration) departures.emplace(each.time + *each.duration, added);
    }
    return offered > 0 ? 100.0 * accepted / offered : 100.0;
}

} // namespace gpupack::replay
