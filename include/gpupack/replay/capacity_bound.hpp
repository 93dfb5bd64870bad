// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/replay/detail/offered_sweep.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/workload.hpp>

#include <algorithm>
#include <cstdint>
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
    double offered = 0;
    double accepted = 0;
    detail::sweep_offered(
        arrivals, begin, arrivals.empty() ? begin : arrivals.back().time,
        [&](const workload::arrival& each) { return source.tasks[each.task].size; },
        [&](std::int64_t ticks, std::int64_t size) {
            offered += static_cast<double>(ticks) * static_cast<double>(size);
            accepted += static_cast<double>(ticks) * static_cast<double>(std::min(size, source.capacity));
        });
    return offered > 0 ? 100.0 * accepted / offered : 100.0;
}

} // namespace gpupack::replay
