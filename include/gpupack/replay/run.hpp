// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/workload/trace.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/scheduler.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// One decision: which task, and where it went.
struct outcome {
    std::size_t task = 0;
    bool placed = false;
    node_id node{};
    gpu_set gpus{};
};

/// One point of the curve, each in percent of the cluster's GPUs.
struct curve_point {
    double arrived = 0;
    double allocated = 0;
    double fragmented = 0;
};

/// What came of a replay.
///
/// outcomes  [tasks arrived]  in order of arrival
/// curve     a point a percent of GPUs arrived, and one at the end
/// seconds   spent deciding, placing and learning, measuring left out
struct result {
    std::size_t placed = 0;
    std::size_t failed = 0;
    double allocated_percent = 0;
    double fragmented_percent = 0;
    double seconds = 0;
    std::vector<outcome> outcomes;
    std::vector<curve_point> curve;

    /// Decisions a second; 0 where there were none.
    [[nodiscard]] double decisions_per_second() const noexcept {
        return seconds > 0 ? static_cast<double>(outcomes.size()) / seconds : 0;
    }
};

/// Lets tasks arrive one by one; none leaves, and a task that does not fit is dropped.
///
/// by        an empty scheduler; it holds the end state afterwards
/// tasks     of the trace
/// arrivals  indices into tasks
/// expected  what fragmentation is measured by
/// progress  called with the number of tasks arrived so far, about a hundred times
/// arrived   called with each request once it is decided, so that a mix_learner may see it and renew the policy
template <class Scheduler, class Progress, class Arrived>
[[nodiscard]] result run(Scheduler& by, const std::vector<workload::trace_task>& tasks,
                         const std::vector<std::size_t>& arrivals, const policy::fragmentation_view& expected,
                         Progress&& progress, Arrived&& arrived) {
    using clock = std::chrono::steady_clock;
    result told;
    told.outcomes.reserve(arrivals.size());
    const std::int64_t capacity = by.cluster().compute().count();
    std::int64_t asked_so_far = 0;
    std::int64_t next_point = 1;
    const auto measure = [&] {
        told.curve.push_back({percent(asked_so_far, capacity), allocated_percent(by.cluster()),
                              fragmented_percent(by.cluster(), expected)});
    };

    clock::duration spent{};
    clock::time_point since = clock::now();
    measure();
    since = clock::now();
    for (const std::size_t index : arrivals) {
        const request& request = tasks[index].request;
        const auto placed = by.try_place(request);
        told.outcomes.push_back(placed ? outcome{index, true, placed->node, placed->gpus}
                                       : outcome{index, false, {}, {}});
        ++(placed ? told.placed : told.failed);
        arrived(request);
        asked_so_far += request.total_compute().count();
        if (capacity == 0 || asked_so_far * 100 < next_point * capacity) continue;
        spent += clock::now() - since;
        while (asked_so_far * 100 >= next_point * capacity) ++next_point;
        measure();
        progress(told.outcomes.size());
        since = clock::now();
    }
    spent += clock::now() - since;
    measure();
    told.allocated_percent = told.curve.back().allocated;
    told.fragmented_percent = told.curve.back().fragmented;
    told.seconds = std::chrono::duration<double>(spent).count();
    return told;
}

/// The same under a policy that stays as it is.
template <class Scheduler, class Progress>
[[nodiscard]] result run(Scheduler& by, const std::vector<workload::trace_task>& tasks,
                         const std::vector<std::size_t>& arrivals, const policy::fragmentation_view& expected,
                         Progress&& progress) {
    return run(by, tasks, arrivals, expected, progress, [](const request&) {});
}

} // namespace gpupack::replay
