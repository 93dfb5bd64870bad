// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/plan/hindsight_bound.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// What no policy could exceed where tasks come and go and are refused if they do not fit.
struct steady_bound {
    double allocated_percent = 100; ///< What could be in use over time, in percent of the GPUs.
    double size_percent = 100;      ///< What could be accepted of what arrives, each task weighted by size and stay.
};

namespace detail {

/// The size of each entry of a mix that is made of some tasks: of those with that request, the largest of a member. A task
/// without a size counts for its compute.
[[nodiscard]] inline std::vector<std::int64_t> sizes_of(const task_mix& mix, const std::vector<workload::task>& tasks) {
    std::unordered_map<request, std::int64_t, request_hash> largest;
    for (const workload::task& each : tasks) {
        const std::int64_t size = each.size > 0 ? (each.size + each.members - 1) / each.members
                                                : each.request.total_compute().count();
        std::int64_t& known = largest[each.request];
        known = std::max(known, size);
    }
    std::vector<std::int64_t> sizes;
    for (const task_mix::entry& each : mix.entries()) sizes.push_back(largest.at(each.request));
    return sizes;
}

/// Whether tasks count for their compute alone, and nothing else of GPUs is asked for: then they are as large as what they
/// take.
[[nodiscard]] inline bool sizes_are_compute(const task_mix& mix, const std::vector<std::int64_t>& sizes,
                                            const cluster& cluster) {
    for (const node_type& type : cluster.types())
        for (int g = 0; g < type.gpu_count; ++g)
            if (type.gpus[g].compute != whole_gpu.count()) return false;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const request& request = mix.entries()[i].request;
        const share& share = request.share;
        const bool asks_more = in_profiles(share.way()) || share.memory().count() > 0 || share.memory_part() > 0;
        if (request.gpus > 0 && (asks_more || sizes[i] != request.total_compute().count())) return false;
    }
    return true;
}

} // namespace detail

/// The bounds of the tasks that would be there if none were refused, on average over some times: whatever was refused, no
/// more than plan::hindsight_bound is in use then, and no more than plan::hindsight_size_bound there by size. Those times
/// stand for all, so the mean has the error of a sample.
///
/// @param cluster   the nodes
/// @param tasks     of the workload
/// @param arrivals  earliest first; each with a duration
/// @param begin     of what is measured
/// @param end       of what is measured
/// @param times     how many, evenly spaced; each takes as long as the bounds. 0: 5 for a large cluster, more for a small
///                  one, whose state varies more and whose bounds take less time
[[nodiscard]] inline steady_bound steady_bound_of(const cluster& cluster, const std::vector<workload::task>& tasks,
                                                  const std::vector<workload::arrival>& arrivals, std::int64_t begin,
                                                  std::int64_t end, int times = 0) {
    constexpr int nodes_times = 6000; // that take about as long as five bounds of openb
    if (times == 0) times = std::clamp(nodes_times / std::max(static_cast<int>(cluster.size()), 1), 5, 100);
    std::int64_t used = 0;
    std::int64_t accepted = 0;
    std::int64_t offered = 0;
    for (int i = 0; i < times; ++i) {
        const std::int64_t time = begin + (end - begin) * (2 * i + 1) / (2 * times);
        std::vector<workload::arrival> present;
        for (const workload::arrival& each : arrivals) {
            if (each.time > time) break;
            if (each.duration && each.time + *each.duration <= time) continue;
            present.push_back(each);
        }
        const task_mix mix = workload::arrived_mix(tasks, present);
        const std::vector<std::int64_t> sizes = detail::sizes_of(mix, tasks);
        for (std::size_t e = 0; e < sizes.size(); ++e) offered += sizes[e] * mix.entries()[e].count;
        const std::int64_t most = plan::hindsight_bound(cluster, mix).count();
        used += most;
        accepted +=
            detail::sizes_are_compute(mix, sizes, cluster) ? most : plan::hindsight_size_bound(cluster, mix, sizes);
    }
    return {percent(used, cluster.compute().count() * times), offered == 0 ? 100.0 : percent(accepted, offered)};
}

} // namespace gpupack::replay
