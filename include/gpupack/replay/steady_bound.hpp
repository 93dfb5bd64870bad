// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/plan/hindsight_bound.hpp>
#include <gpupack/replay/detail/offered_sweep.hpp>
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
        const std::int64_t size =
            each.size > 0 ? (each.size + each.members - 1) / each.members : each.request.total_compute().count();
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

/// The tasks that would be there at a time if none were refused.
[[nodiscard]] inline std::vector<workload::arrival> present_at(const std::vector<workload::arrival>& arrivals,
                                                               std::int64_t time) {
    std::vector<workload::arrival> present;
    for (const workload::arrival& each : arrivals) {
        if (each.time > time) break;
        if (!each.duration || each.time + *each.duration > time) present.push_back(each);
    }
    return present;
}

/// Compute that tasks ask for, on average over time, in milli-GPUs.
struct offered_compute {
    double demand = 0; ///< By all that would be there if none were refused.
    double usable = 0; ///< Of that, what the GPUs have.
};

/// What all tasks ask for between two times.
[[nodiscard]] inline offered_compute offered_over(const std::vector<workload::task>& tasks,
                                                  const std::vector<workload::arrival>& arrivals, std::int64_t begin,
                                                  std::int64_t end, std::int64_t capacity) {
    offered_compute mean;
    const auto length = static_cast<double>(end - begin);
    sweep_offered(
        arrivals, begin, end,
        [&](const workload::arrival& each) {
            return tasks[each.task].request.total_compute().count() * tasks[each.task].members;
        },
        [&](std::int64_t ticks, std::int64_t compute) {
            const double part = static_cast<double>(ticks) / length;
            mean.demand += part * static_cast<double>(compute);
            mean.usable += part * static_cast<double>(std::min(compute, capacity));
        });
    return mean;
}

} // namespace detail

/// The bounds of the tasks that would be there if none were refused, over time: whatever was refused, no more than
/// plan::hindsight_bound is in use then, and no more than plan::hindsight_size_bound there by size.
///
/// Both are computed at some times, which stand for all. Where tasks count for their compute alone, only what fragmentation
/// costs is such a sample: what the tasks ask for, as far as the GPUs go, is summed up over all of the time, and the mean is
/// never above that. Otherwise the mean has the error of a sample.
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
    const std::int64_t capacity = cluster.compute().count();
    double offered = 0; // by size, at those times
    double accepted = 0;
    double used = 0;
    double usable = 0; // by compute, at those times: what was asked for, or all GPUs
    bool compute_counts = true;
    for (int i = 0; i < times; ++i) {
        const std::int64_t time = begin + (end - begin) * (2 * i + 1) / (2 * times);
        const task_mix mix = workload::arrived_mix(tasks, detail::present_at(arrivals, time));
        const std::vector<std::int64_t> sizes = detail::sizes_of(mix, tasks);
        std::int64_t compute = 0;
        std::int64_t size = 0;
        for (std::size_t e = 0; e < sizes.size(); ++e) {
            compute += mix.entries()[e].request.total_compute().count() * mix.entries()[e].count;
            size += sizes[e] * mix.entries()[e].count;
        }
        const std::int64_t most = plan::hindsight_bound(cluster, mix).count();
        const bool alike = detail::sizes_are_compute(mix, sizes, cluster);
        compute_counts = compute_counts && alike;
        offered += static_cast<double>(size);
        used += static_cast<double>(most);
        usable += static_cast<double>(std::min(compute, capacity));
        accepted += static_cast<double>(alike ? most : plan::hindsight_size_bound(cluster, mix, sizes));
    }
    const auto share_of = [](double part, double whole) { return whole > 0 ? 100.0 * part / whole : 100.0; };
    if (!compute_counts || end <= begin)
        return {share_of(used, static_cast<double>(capacity) * times), share_of(accepted, offered)};
    const detail::offered_compute whole = detail::offered_over(tasks, arrivals, begin, end, capacity);
    const double most = std::min(whole.usable, std::max(whole.usable - (usable - used) / times, 0.0));
    return {share_of(most, static_cast<double>(capacity)), share_of(most, whole.demand)};
}

} // namespace gpupack::replay
