// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/replay/gpu_meter.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/replay/options.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/replay/stopwatch.hpp>
#include <gpupack/replay/waiting_queue.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

namespace detail {

/// The event loop of one replay; see run().
template <class Scheduler, waiting_queue Queue> class event_loop {
  public:
    event_loop(Scheduler& scheduler, const std::vector<workload::task>& tasks,
               const std::vector<workload::arrival>& arrivals, const options& options)
        : scheduler_{scheduler}, tasks_{tasks}, arrivals_{arrivals}, options_{options},
          now_{arrivals.empty() ? 0 : arrivals.front().time}, begin_{options.measure_from.value_or(now_)},
          end_{arrivals.empty() ? begin_ : arrivals.back().time}, next_sample_{begin_}, meter_{scheduler.cluster()} {}

    [[nodiscard]] result run() {
        result_.outcomes.reserve(arrivals_.size());
        if (options_.samples == sampling::by_arrivals) add_sample(now_);
        watch_.start();
        for (std::size_t i = 0; i < arrivals_.size(); ++i) {
            release_until(arrivals_[i].time);
            advance_to(arrivals_[i].time);
            arrive(i);
            report(i);
        }
        watch_.pause();
        measure_end();
        watch_.start();
        if (options_.no_fit == no_fit_rule::wait) drain();
        watch_.pause();
        result_.seconds = watch_.seconds();
        return std::move(result_);
    }

  private:
    /// A task that runs; the one that leaves next is on top of a priority_queue.
    struct departure {
        std::int64_t time;
        std::size_t number; // in order of placement
        std::vector<placement> members;

        friend bool operator<(const departure& a, const departure& b) noexcept {
            return std::pair{b.time, b.number} < std::pair{a.time, a.number};
        }
    };

    /// Lets the tasks leave that end until then, and tries after each time of departure what waits.
    void release_until(std::int64_t time) {
        while (!departures_.empty() && departures_.top().time <= time) {
            const std::int64_t left = departures_.top().time;
            advance_to(left);
            for (; !departures_.empty() && departures_.top().time == left; departures_.pop())
                for (const placement& member : departures_.top().members) release(member);
            if (queue_.size() > 0) queue_.retry([this](std::size_t arrival) { return start(arrival); });
        }
    }

    /// Decides what becomes of an arrival.
    void arrive(std::size_t number) {
        const workload::task& task = tasks_[arrivals_[number].task];
        const bool may_wait = options_.no_fit == no_fit_rule::wait;
        if (may_wait && !scheduler_.fits_empty(task.request)) {
            reject(number);
        } else if (!start(number)) {
            if (may_wait)
                queue_.push(number, task);
            else
                reject(number);
        }
        result_.arrived_compute += task.request.total_compute().count() * task.members;
        if (options_.arrived) options_.arrived(task.request);
    }

    void reject(std::size_t number) {
        const workload::arrival& arrival = arrivals_[number];
        result_.outcomes.push_back({arrival.task, false, {}, {}, arrival.time, now_});
        ++result_.rejected;
        const workload::task& task = tasks_[arrival.task];
        if (now_ < begin_ || task.request.gpus == 0) return;
        ++result_.refused.tasks;
        const cluster& cluster = scheduler_.cluster();
        const std::int64_t size = part_over(task.request, cluster) * task.members;
        if (cluster.compute().count() - meter_.total() >= size) ++result_.refused.though_free;
    }

    /// The part of GPUs that a request takes, over all of them; of memory, a part of the cluster's first GPU.
    [[nodiscard]] static std::int64_t part_over(const request& request, const cluster& cluster) {
        for (const node_type& type : cluster.types())
            if (type.gpu_count > 0) return std::int64_t{part_of(request.share, type.gpus[0])} * request.gpus;
        return request.total_compute().count();
    }

    /// Places a task, if it fits.
    bool start(std::size_t number) {
        const workload::arrival& arrival = arrivals_[number];
        const workload::task& task = tasks_[arrival.task];
        if (task.members > 1) return start_gang(arrival, task);
        const auto placed = scheduler_.try_place(task.request);
        if (!placed) return false;
        note(arrival, *placed, outcome::no_gang);
        if (arrival.duration) run_for(*arrival.duration, {*placed});
        return true;
    }

    bool start_gang(const workload::arrival& arrival, const workload::task& task) {
        auto placed = plan::place_gang(scheduler_, gang{.parts = {{task.request, task.members}}});
        if (!placed) return false;
        const domain_tree& domains = scheduler_.cluster().domains();
        const int node_level = static_cast<int>(domains.levels().size());
        note(arrival, placed->members.front(), placed->one_node ? node_level : domains[placed->domain].level);
        for (std::size_t m = 1; m < placed->members.size(); ++m) count_in(placed->members[m], task.request);
        if (arrival.duration) run_for(*arrival.duration, std::move(placed->members));
        return true;
    }

    void note(const workload::arrival& arrival, const placement& placed, int gang_level) {
        result_.outcomes.push_back({arrival.task, true, placed.node, placed.gpus, arrival.time, now_, gang_level});
        ++result_.placed;
        count_in(placed, tasks_[arrival.task].request);
    }

    /// Something was placed.
    void count_in(const placement& placed, const request& request) {
        count_active(placed, 1);
        meter_.place(scheduler_.cluster(), placed.node, placed.gpus, request);
    }

    void run_for(std::int64_t duration, std::vector<placement> members) {
        departures_.push({now_ + duration, started_, std::move(members)});
        ++started_;
    }

    void release(const placement& placed) {
        count_active(placed, -1);
        scheduler_.release(placed);
        meter_.update(scheduler_.cluster(), placed.node, placed.gpus);
    }

    /// Counts the GPUs that a task has for itself, while it runs; where there is no time, nothing.
    void count_active(const placement& placed, int sign) {
        if (begin_ >= end_) return;
        const node_view node = scheduler_.cluster()[placed.node];
        for_each_gpu(placed.gpus, [&](int i) { active_ += node.gpu(i).sharers() == 1 ? sign : 0; });
    }

    /// Moves the clock, and measures on the way.
    void advance_to(std::int64_t time) {
        const std::int64_t until = std::min(time, end_);
        if (options_.samples == sampling::by_time) sample_until(until);
        const std::int64_t since = std::max(now_, begin_);
        if (until > since) {
            // In doubles: years of ticks times the GPUs of a large cluster are more than 64 bits hold.
            allocated_time_ += static_cast<double>(until - since) * static_cast<double>(meter_.total());
            active_time_ += (until - since) * active_;
        }
        now_ = std::max(now_, time);
    }

    /// Takes a sample at every two-hundredth of the time until then.
    void sample_until(std::int64_t time) {
        while (now_ <= end_ && next_sample_ <= time && result_.samples.size() <= 200) {
            watch_.pause();
            add_sample(next_sample_);
            watch_.start();
            const auto done = static_cast<std::int64_t>(result_.samples.size());
            next_sample_ = begin_ + (end_ - begin_) * done / 200;
        }
    }

    /// Samples at the percents that have arrived, and tells how far the replay is.
    void report(std::size_t number) {
        const std::int64_t capacity = scheduler_.cluster().compute().count();
        const bool is_due = options_.samples == sampling::by_arrivals && capacity > 0 &&
                            result_.arrived_compute * 100 >= next_percent_ * capacity;
        const bool tells = options_.progress && (number + 1) % (arrivals_.size() / 100 + 1) == 0;
        if (!is_due && !tells) return;
        watch_.pause();
        if (is_due) {
            next_percent_ = result_.arrived_compute * 100 / capacity + 1;
            add_sample(now_);
        }
        if (tells) options_.progress(number + 1);
        watch_.start();
    }

    void add_sample(std::int64_t time) {
        const cluster& cluster = scheduler_.cluster();
        result_.samples.push_back({time - begin_,
                                   percent(result_.arrived_compute, cluster.compute().count()),
                                   percent(meter_.total(), cluster.compute().count()),
                                   fragmented_percent(cluster, options_.expected),
                                   queue_.size()});
    }

    /// Measures at the last arrival.
    void measure_end() {
        const cluster& cluster = scheduler_.cluster();
        if (options_.samples == sampling::by_arrivals) add_sample(now_);
        result_.allocated_percent = percent(meter_.total(), cluster.compute().count());
        result_.fragmented_percent = fragmented_percent(cluster, options_.expected);
        if (begin_ >= end_) return;
        const auto length = static_cast<double>(end_ - begin_);
        const double whole = length * static_cast<double>(cluster.compute().count());
        result_.mean_allocated_percent = whole > 0 ? 100.0 * allocated_time_ / whole : 0.0;
        result_.mean_active_gpus = static_cast<double>(active_time_) / length;
    }

    /// Lets all tasks leave, and gives up what still waits then.
    void drain() {
        release_until(std::numeric_limits<std::int64_t>::max());
        for (const std::size_t number : queue_.take_all()) {
            const workload::arrival& arrival = arrivals_[number];
            result_.outcomes.push_back({arrival.task, false, {}, {}, arrival.time, now_});
            ++result_.unplaced;
        }
    }

    Scheduler& scheduler_;
    const std::vector<workload::task>& tasks_;
    const std::vector<workload::arrival>& arrivals_;
    const options& options_;
    std::int64_t now_;
    std::int64_t begin_; // of means over time
    std::int64_t end_;
    std::int64_t next_sample_;
    std::int64_t next_percent_ = 1;
    std::int64_t active_ = 0;         // GPUs
    std::int64_t active_time_ = 0;    // GPUs times time
    double allocated_time_ = 0;       // milli-GPUs times time
    std::size_t started_ = 0;
    std::priority_queue<departure> departures_;
    gpu_meter meter_;
    Queue queue_;
    stopwatch watch_;
    result result_;
};

} // namespace detail

/// Replays a workload: tasks arrive, wait if they may and must, and leave.
///
/// At one time, tasks leave before others arrive. A task runs for its whole duration from when it is placed. Members of
/// a gang are placed together or not at all. Where tasks wait, the replay goes on until all that can leave have left.
///
/// Cost: that of the decisions, and the logarithm of the number of running tasks for each departure.
/// @param scheduler  with nothing placed; it holds the end state afterwards
/// @param tasks      of the workload
/// @param arrivals   earliest first, indices into tasks
/// @param options    whether tasks wait, and what is measured
/// @tparam Queue     the discipline of what waits
template <waiting_queue Queue = arrival_order_queue, class Scheduler>
[[nodiscard]] result run(Scheduler& scheduler, const std::vector<workload::task>& tasks,
                         const std::vector<workload::arrival>& arrivals, const options& options = {}) {
    return detail::event_loop<Scheduler, Queue>{scheduler, tasks, arrivals, options}.run();
}

} // namespace gpupack::replay
