// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/workload/arrival.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Calls visit(ticks, size) for each stretch of time in which the same tasks would be running if none were refused.
///
/// @param arrivals  earliest first; tasks without a duration stay
/// @param begin     of the time that counts
/// @param end       of the time that counts
/// @param size_of   size_of(arrival): what the task adds
/// @param visit     called in the order of time
template <class Size, class Visit> void sweep_offered(const std::vector<workload::arrival>& arrivals,
                                                      std::int64_t begin, std::int64_t end, Size&& size_of,
                                                      Visit&& visit) {
    using departure = std::pair<std::int64_t, std::int64_t>; // time and size
    std::priority_queue<departure, std::vector<departure>, std::greater<departure>> departures;
    std::int64_t size = 0;
    std::int64_t since = begin;
    const auto advance_to = [&](std::int64_t time) {
        const std::int64_t until = std::clamp(time, begin, end);
        if (until > since) visit(until - since, size);
        since = std::max(since, until);
    };
    const auto leave_until = [&](std::int64_t time) {
        for (; !departures.empty() && departures.top().first <= time; departures.pop()) {
            advance_to(departures.top().first);
            size -= departures.top().second;
        }
        advance_to(time);
    };
    for (const workload::arrival& each : arrivals) {
        if (each.time >= end) break;
        leave_until(each.time);
        const std::int64_t added = size_of(each);
        size += added;
        if (each.duration) departures.emplace(each.time + *each.duration, added);
    }
    leave_until(end);
}

} // namespace gpupack::replay::detail
