// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/workload/trace.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <queue>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// The state of the cluster at one time.
///
/// time                   seconds since the first arrival
/// allocated, fragmented  percent of the cluster's GPUs
/// waiting                tasks that have arrived and are not placed
struct timeline_point {
    std::int64_t time = 0;
    double allocated = 0;
    double fragmented = 0;
    std::size_t waiting = 0;
};

/// What came of a replay in time, beside what replay::result says.
///
/// waited        tasks that were placed later than they arrived
/// rejected      tasks that would not fit an empty cluster; they count as failed and never wait
/// unplaced      tasks still waiting when the last task had left; they count as failed too
/// wait_seconds  of all that waited, together
/// longest_wait  in seconds
/// late          [waited]  which tasks waited and were placed, in order of decision
/// mean_allocated_percent  over time, from the first arrival to the last
/// points        at most 201, evenly spaced in time, then one at the end
struct timeline_result {
    std::size_t waited = 0;
    std::size_t rejected = 0;
    std::size_t unplaced = 0;
    std::int64_t wait_seconds = 0;
    std::int64_t longest_wait = 0;
    double mean_allocated_percent = 0;
    std::vector<std::size_t> late;
    std::vector<timeline_point> points;
};

/// The indices of the tasks in order of arrival; ties keep the order of the file.
///
/// errors  a task without a creation time
[[nodiscard]] inline expected<std::vector<std::size_t>, input_error>
arrivals_in_time(const std::vector<workload::trace_task>& tasks) {
    std::vector<std::size_t> order(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (!tasks[i].created)
            return bad_input(std::string{"creation_time of "}.append(tasks[i].name), "", "a time, for a timeline");
        order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return *tasks[a].created < *tasks[b].created; });
    return order;
}

namespace detail {

/// Runs one timeline; see run_timeline.
template <class Scheduler> class timeline_run {
  public:
    timeline_run(Scheduler& by, const std::vector<workload::trace_task>& tasks, std::int64_t begin, std::int64_t end,
                 const policy::fragmentation_view& expected)
        : by_{by}, tasks_{tasks}, expected_{expected}, begin_{begin}, end_{end}, now_{begin} {}

    /// Lets what ends before `until`, or at it, end, and places what waited for it.
    void advance(std::int64_t until) {
        while (!departures_.empty() && departures_.top().time <= until) {
            const std::int64_t time = departures_.top().time;
            pass_to(time);
            while (!departures_.empty() && departures_.top().time == time) {
                by_.release(running_[departures_.top().running]);
                departures_.pop();
            }
            place_waiting();
        }
        pass_to(until);
    }

    void arrive(std::size_t task) {
        if (!by_.fits_empty(tasks_[task].request)) {
            ++times.rejected;
            told.outcomes.push_back({task, false, {}, {}});
            return;
        }
        if (!start(task)) waiting_.push_back(task);
    }

    /// Lets everything end that still runs.
    void finish() {
        while (!departures_.empty()) advance(departures_.top().time);
        for (const std::size_t task : waiting_) told.outcomes.push_back({task, false, {}, {}});
        times.unplaced = waiting_.size();
        times.waited = times.late.size();
        told.placed = placed_;
        told.failed = times.rejected + times.unplaced;
        const double length =
            static_cast<double>(end_ - begin_) * static_cast<double>(by_.cluster().compute().count());
        times.mean_allocated_percent = length > 0 ? 100.0 * static_cast<double>(milli_seconds_) / length : 0.0;
    }

    [[nodiscard]] std::int64_t clock() const noexcept { return now_; }

    result told;
    timeline_result times;

  private:
    struct departure {
        std::int64_t time;
        std::size_t running;
        friend bool operator<(const departure& a, const departure& b) noexcept {
            return std::pair{b.time, b.running} < std::pair{a.time, a.running}; // earliest on top
        }
    };

    bool start(std::size_t task) {
        const auto placed = by_.try_place(tasks_[task].request);
        if (!placed) return false;
        ++placed_;
        told.outcomes.push_back({task, true, placed->node, placed->gpus});
        const std::int64_t waited = now_ - *tasks_[task].created;
        if (waited > 0) times.late.push_back(task);
        times.wait_seconds += waited;
        times.longest_wait = std::max(times.longest_wait, waited);
        if (const auto runs_for = tasks_[task].runs_for) {
            departures_.push({now_ + *runs_for, running_.size()});
            running_.push_back(*placed);
        }
        return true;
    }

    /// Tries what waits in order of arrival. A shape that has failed in this pass would fail again: nothing has
    /// been released since.
    void place_waiting() {
        std::vector<request> refused;
        std::deque<std::size_t> still;
        for (const std::size_t task : waiting_) {
            const request& request = tasks_[task].request;
            const bool known = std::find(refused.begin(), refused.end(), request) != refused.end();
            if (!known && start(task)) continue;
            if (!known) refused.push_back(request);
            still.push_back(task);
        }
        waiting_ = std::move(still);
    }

    /// Moves the clock, measuring at every two-hundredth of the time on the way.
    void pass_to(std::int64_t time) {
        while (now_ <= end_ && next_point_ <= std::min(time, end_) && times.points.size() <= 200) {
            const auto measuring = std::chrono::steady_clock::now();
            times.points.push_back({next_point_ - begin_, allocated_percent(by_.cluster()),
                                    fragmented_percent(by_.cluster(), expected_), waiting_.size()});
            measured += std::chrono::steady_clock::now() - measuring;
            const auto done = static_cast<std::int64_t>(times.points.size());
            next_point_ = begin_ + (end_ - begin_) * done / 200;
        }
        const std::int64_t counted = std::min(time, end_);
        if (counted > now_) milli_seconds_ += (counted - now_) * served_compute(by_.cluster()).count();
        now_ = std::max(now_, time);
    }

    Scheduler& by_;
    const std::vector<workload::trace_task>& tasks_;
    policy::fragmentation_view expected_;
    std::int64_t begin_;
    std::int64_t end_;
    std::int64_t now_;
    std::int64_t next_point_ = begin_;
    std::int64_t milli_seconds_ = 0;
    std::size_t placed_ = 0;
    std::priority_queue<departure> departures_;
    std::vector<placement> running_;
    std::deque<std::size_t> waiting_;

  public:
    std::chrono::steady_clock::duration measured{};
};

} // namespace detail

/// Lets tasks arrive and leave in recorded time.
///
/// At one time, tasks leave before others arrive. A task that does not fit waits; what waits is tried again, in
/// order of arrival, whenever something has left, and runs as long as it was recorded to run, from when it was
/// placed. A task without a recorded end stays. A task that would not fit an empty cluster is rejected.
///
/// by        an empty scheduler
/// arrivals  from arrivals_in_time
/// expected  what fragmentation is measured by
/// progress  called with the number of tasks arrived so far, about a hundred times
/// arrived   called with each request when it comes, once it was tried
/// returns   the outcomes in order of decision; allocated and fragmented as they were at the last arrival; no curve
template <class Scheduler, class Progress, class Arrived> [[nodiscard]] std::pair<result, timeline_result>
run_timeline(Scheduler& by, const std::vector<workload::trace_task>& tasks, const std::vector<std::size_t>& arrivals,
             const policy::fragmentation_view& expected, Progress&& progress, Arrived&& arrived) {
    if (arrivals.empty()) return {};
    const auto began = std::chrono::steady_clock::now();
    detail::timeline_run<Scheduler> run{by, tasks, *tasks[arrivals.front()].created,
                                        *tasks[arrivals.back()].created, expected};
    std::size_t done = 0;
    for (const std::size_t task : arrivals) {
        run.advance(*tasks[task].created);
        run.arrive(task);
        arrived(tasks[task].request);
        if (++done % (arrivals.size() / 100 + 1) == 0) progress(done);
    }
    result& told = run.told;
    told.allocated_percent = allocated_percent(by.cluster());
    told.fragmented_percent = fragmented_percent(by.cluster(), expected);
    run.finish();
    told.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began - run.measured).count();
    return {std::move(told), std::move(run.times)};
}

/// The same under a policy that stays as it is.
template <class Scheduler, class Progress> [[nodiscard]] std::pair<result, timeline_result>
run_timeline(Scheduler& by, const std::vector<workload::trace_task>& tasks, const std::vector<std::size_t>& arrivals,
             const policy::fragmentation_view& expected, Progress&& progress) {
    return run_timeline(by, tasks, arrivals, expected, progress, [](const request&) {});
}

} // namespace gpupack::replay
