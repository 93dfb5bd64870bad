// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/replay/detail/dispatcher.hpp>
#include <gpupack/replay/gpu_meter.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/replay/options.hpp>
#include <gpupack/replay/quotas.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/replay/stopwatch.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

namespace detail {

/// The event loop of one replay; see run().
template <class Scheduler> class event_loop {
  public:
    event_loop(Scheduler& scheduler, const std::vector<workload::task>& tasks,
               const std::vector<workload::arrival>& arrivals, const options& options)
        : scheduler_{scheduler}, tasks_{tasks}, arrivals_{arrivals}, options_{options},
          now_{arrivals.empty() ? 0 : arrivals.front().time}, begin_{options.measure_from.value_or(now_)},
          end_{arrivals.empty() ? begin_ : arrivals.back().time}, next_sample_{begin_}, meter_{scheduler.cluster()},
          dispatcher_{scheduler, tasks, arrivals, options, *this}, outcome_of_(arrivals.size(), 0) {}

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
        finish();
        result_.seconds = watch_.seconds();
        return std::move(result_);
    }

    /// A task has started; the dispatcher says so.
    ///
    /// @param number      of its arrival
    /// @param members     where they were placed
    /// @param gang_level  of a gang: the narrowest domain that holds it
    void started(std::size_t number, const std::vector<placement>& members, int gang_level) {
        const workload::arrival& arrival = arrivals_[number];
        outcome now{arrival.task, true, members.front().node, members.front().gpus, arrival.time, now_, gang_level};
        if (is_decided(number)) {
            outcome& first = result_.outcomes[outcome_of_[number] - 1];
            now.evictions = first.evictions;
            now.decided = first.decided;
            first = now;
        } else {
            decide(number, now);
        }
        ++result_.placed;
        for (const placement& each : members) count_in(each, tasks_[arrival.task].request);
    }

    /// A task leaves; the dispatcher says so before it releases the members.
    void left(std::size_t number, const std::vector<placement>& members) {
        result_.outcomes[outcome_of_[number] - 1].ended = now_;
        for (const placement& each : members) count_active(each, -1);
    }
    /// The members of a task have been released.
    void released(const std::vector<placement>& members) {
        for (const placement& each : members) meter_.update(scheduler_.cluster(), each.node, each.gpus);
    }

    /// A task moves for another one, and holds both places.
    void moved(std::size_t number, const placement& before, const placement& after) {
        outcome& decision = result_.outcomes[outcome_of_[number] - 1];
        decision.node = after.node;
        decision.gpus = after.gpus;
        ++result_.moves;
        count_in(after, tasks_[decision.task].request);
        count_active(before, -1);
    }

    /// A task was ended for another one.
    ///
    /// @param number  of its arrival
    /// @param ran     how long it has run since it started
    /// @param gone    whether it is dropped; else it waits again
    /// @param by_quota  whether its tenant had borrowed what the other one is entitled to
    void evicted(std::size_t number, std::int64_t ran, bool gone, bool by_quota) {
        outcome& victim = result_.outcomes[outcome_of_[number] - 1];
        ++victim.evictions;
        victim.placed = false;
        victim.ended = outcome::not_ended;
        --result_.placed;
        ++result_.evictions;
        if (by_quota) ++result_.reclaims;
        const workload::task& task = tasks_[victim.task];
        const bool loses = options_.queue.eviction != eviction_rule::resume;
        const std::int64_t milli =
            std::max<std::int64_t>(gpu_part_of(task.request, scheduler_.cluster()).count(), 0) * task.members;
        if (loses) result_.lost_gpu_time += static_cast<double>(ran) * static_cast<double>(milli) / 1000.0;
        if (gone) ++result_.rejected;
    }

  private:
    [[nodiscard]] bool is_decided(std::size_t number) const noexcept { return outcome_of_[number] > 0; }
    void decide(std::size_t number, const outcome& decision) {
        result_.outcomes.push_back(decision);
        outcome_of_[number] = static_cast<std::uint32_t>(result_.outcomes.size());
    }

    /// Lets the tasks leave that end until then, and tries after each time of departure what waits.
    void release_until(std::int64_t time) {
        for (auto next = dispatcher_.next_departure(); next && *next <= time; next = dispatcher_.next_departure()) {
            advance_to(*next);
            dispatcher_.depart(*next);
        }
    }

    /// Decides what becomes of an arrival.
    void arrive(std::size_t number) {
        const workload::task& task = tasks_[arrivals_[number].task];
        if (options_.no_fit == no_fit_rule::reject) {
            if (!dispatcher_.place_at_once(number, now_)) reject(number);
        } else if (dispatcher_.is_possible(task)) {
            (void)dispatcher_.arrive(number, now_);
        } else {
            reject(number);
        }
        result_.arrived_compute += task.request.total_compute().count() * task.members;
        if (options_.arrived) options_.arrived(task.request);
    }

    void reject(std::size_t number) {
        const workload::arrival& arrival = arrivals_[number];
        decide(number, {arrival.task, false, {}, {}, arrival.time, now_});
        ++result_.rejected;
        const workload::task& task = tasks_[arrival.task];
        if (now_ < begin_ || task.request.gpus == 0) return;
        ++result_.refused.tasks;
        const cluster& cluster = scheduler_.cluster();
        const std::int64_t size = gpu_part_of(task.request, cluster).count() * task.members;
        if (cluster.compute().count() - meter_.total() >= size) ++result_.refused.though_free;
    }

    /// Something was placed.
    void count_in(const placement& placed, const request& request) {
        count_active(placed, 1);
        meter_.place(scheduler_.cluster(), placed.node, placed.gpus, request);
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
        measure_all(time);
        now_ = std::max(now_, time);
    }

    /// Measures the whole replay, with what happens behind the last arrival.
    void measure_all(std::int64_t time) {
        if (time <= now_ || now_ < begin_) return;
        const auto passed = static_cast<double>(time - now_);
        const auto used = static_cast<double>(meter_.total());
        const double idle = static_cast<double>(scheduler_.cluster().compute().count()) - used;
        used_time_ += passed * used;
        (dispatcher_.waiting() > 0 ? result_.idle_while_waiting : result_.idle_without_demand) +=
            passed * idle / 1000.0;
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
        result_.samples.push_back({time - begin_, percent(result_.arrived_compute, cluster.compute().count()),
                                   percent(meter_.total(), cluster.compute().count()),
                                   fragmented_percent(cluster, options_.expected), dispatcher_.waiting()});
        if (options_.samples_nodes) result_.samples.back().nodes = meter_.percent_by_node(cluster);
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

    /// Means over the whole replay: until the last task has left, where tasks wait.
    void finish() {
        result_.used_gpu_time = used_time_ / 1000.0;
        result_.last_time = now_;
        const double whole =
            static_cast<double>(now_ - begin_) * static_cast<double>(scheduler_.cluster().compute().count());
        result_.whole_allocated_percent = now_ > begin_ && whole > 0 ? 100.0 * used_time_ / whole : 0.0;
        if (begin_ >= end_) result_.mean_allocated_percent = result_.whole_allocated_percent; // all came at one time
    }

    /// Lets all tasks leave, and gives up what still waits then.
    void drain() {
        release_until(std::numeric_limits<std::int64_t>::max());
        for (const std::size_t number : dispatcher_.take_all()) {
            const workload::arrival& arrival = arrivals_[number];
            if (!is_decided(number)) decide(number, {arrival.task, false, {}, {}, arrival.time, now_});
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
    std::int64_t active_ = 0;      // GPUs
    std::int64_t active_time_ = 0; // GPUs times time
    double allocated_time_ = 0;    // milli-GPUs times time
    double used_time_ = 0;         // the same, until the end of the replay
    gpu_meter meter_;
    dispatcher<Scheduler, event_loop> dispatcher_;
    std::vector<std::uint32_t> outcome_of_; // [arrivals]  index of the outcome, from 1; 0 while there is none
    stopwatch watch_;
    result result_;
};

} // namespace detail

/// Replays a workload: tasks arrive, wait if they may and must, and leave.
///
/// At one time, tasks leave before others arrive. A task runs for its whole duration from when it is placed, unless it is
/// ended for another one, or at its limit. Members of a gang are placed together or not at all. Where tasks wait, they
/// start in the order of options::queue, and the replay goes on until all that can leave have left.
///
/// Cost: that of the decisions, the logarithm of the number of running and of waiting tasks for each event, and a look at
/// each class of equal waiting requests for each departure.
/// @param scheduler  with nothing placed; it holds the end state afterwards
/// @param tasks      of the workload
/// @param arrivals   earliest first, indices into tasks
/// @param options    whether tasks wait, and what is measured
template <class Scheduler> [[nodiscard]] result run(Scheduler& scheduler, const std::vector<workload::task>& tasks,
                                                    const std::vector<workload::arrival>& arrivals,
                                                    const options& options = {}) {
    return detail::event_loop<Scheduler>{scheduler, tasks, arrivals, options}.run();
}

} // namespace gpupack::inline GPUPACK_ABI::replay
