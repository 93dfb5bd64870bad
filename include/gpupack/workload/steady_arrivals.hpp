// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/draws.hpp>
#include <gpupack/workload/poisson.hpp>
#include <gpupack/workload/seed_stream.hpp>
#include <gpupack/workload/workload.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// How long tasks stay.
enum class stay_law : std::uint8_t {
    exponential, ///< Exponentially distributed, whatever the task.
    lognormal,   ///< Lognormally distributed, whatever the task; the logarithm has a standard deviation of 2.
    recorded     ///< As long as the task was recorded to run.
};

/// How tasks come and go.
struct steady_options {
    std::int64_t load = 1000;               ///< What they would take on average, in thousandths of the capacity.
    stay_law stays = stay_law::exponential; ///< How long they stay.
    std::optional<std::int64_t> stay_cap{}; ///< Seconds that a recorded stay lasts at most.
    std::int64_t length = 10;               ///< How long tasks arrive, in mean stays, the warm-up counted in.
    std::int64_t bursts = 0;                ///< Bursts in a mean stay, beside the load.
};

/// The tasks of a burst, each for the most GPUs that a task of the workload asks for, which arrive at once.
inline constexpr int burst_tasks = 10;

namespace detail {

/// The standard deviation of the logarithm of stays: of those recorded in openb it is 1.94.
inline constexpr int stay_sigma = 2;

/// The stays of the tasks in ticks, of which mean_duration are the mean over the tasks by weight.
[[nodiscard]] inline expected<std::vector<std::int64_t>, input_error> stay_ticks(const std::vector<task>& tasks,
                                                                                 const steady_options& options) {
    std::vector<std::int64_t> ticks(tasks.size(), mean_duration);
    if (options.stays != stay_law::recorded || tasks.empty()) return ticks;
    std::int64_t weights = 0;
    std::int64_t seconds = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        std::optional<std::int64_t> stay = tasks[i].duration;
        if (options.stay_cap) stay = std::min(stay.value_or(*options.stay_cap), *options.stay_cap);
        if (!stay) return bad_input("deletion_time of " + tasks[i].name, "", "a time, or --stay-cap SECONDS");
        ticks[i] = std::max<std::int64_t>(*stay, 1);
        weights += tasks[i].weight;
        seconds += tasks[i].weight * ticks[i];
    }
    const std::int64_t mean = std::max<std::int64_t>(seconds * 1024 / weights, 1); // in 1024ths of a second
    for (std::int64_t& each : ticks) each = std::max<std::int64_t>(each * (mean_duration * 1024) / mean, 1);
    return ticks;
}

/// Draws tasks that come and go.
class steady_draw {
  public:
    steady_draw(const workload& source, std::uint64_t seed, const steady_options& options,
                std::vector<std::int64_t> stays)
        : stays_{std::move(stays)}, law_{options.stays}, random_{stream_of(seed, seed_stream::steady)},
          burst_random_{stream_of(seed, seed_stream::bursts)}, bursts_{options.bursts} {
        std::int64_t work = 0; // size times stay, in 1024ths of a mean stay
        int most_gpus = 0;
        for (const task& each : source.tasks) most_gpus = std::max(most_gpus, each.weight > 0 ? each.request.gpus : 0);
        for (std::size_t i = 0; i < source.tasks.size(); ++i) {
            const task& each = source.tasks[i];
            large_ += each.request.gpus == most_gpus ? each.weight : 0;
            by_weight_of_large_.push_back(large_);
            weights_ += each.weight;
            staying_ += each.weight * stays_[i];
            work += each.weight * each.size * stays_[i] / (mean_duration / 1024);
            by_weight_.push_back(weights_);
            by_stay_.push_back(staying_);
        }
        if (weights_ == 0 || work == 0 || options.load == 0) return;
        // Tasks a mean stay = load * capacity / (mean of size times stay); a pause is its inverse.
        pause_ = mean_duration / 1024 * sub_ticks * work / weights_ * 1000 / (source.capacity * options.load);
        pause_ = std::max<std::int64_t>(pause_, 1);
        end_ = options.length * mean_duration * sub_ticks;
    }

    [[nodiscard]] std::vector<arrival> run() {
        std::vector<arrival> drawn;
        if (pause_ == 0) return drawn;
        // As many as there are in the steady state are there at the start: tasks by how long they stay, each somewhere
        // in its stay.
        const std::int64_t mean_present = mean_duration * sub_ticks * 65536 / pause_; // in parts of 2^16
        for (std::int64_t rest = draw_poisson(random_, mean_present); rest > 0; --rest) {
            const std::size_t task = pick(by_stay_);
            drawn.push_back({task, 0, std::max<std::int64_t>(residual(task), 1)});
        }
        for (std::int64_t now = draw_exponential(random_, pause_); now < end_;
             now += draw_exponential(random_, pause_)) {
            const std::size_t task = pick(by_weight_);
            drawn.push_back({task, now / sub_ticks, std::max<std::int64_t>(stay(task), 1)});
        }
        if (bursts_ > 0) draw_bursts(drawn);
        return drawn;
    }

  private:
    /// Adds the bursts, which have random numbers of their own, so that the other tasks come as without them.
    void draw_bursts(std::vector<arrival>& drawn) {
        std::swap(random_, burst_random_);
        const auto single = static_cast<std::ptrdiff_t>(drawn.size());
        const std::int64_t pause = std::max<std::int64_t>(mean_duration * sub_ticks / bursts_, 1);
        for (std::int64_t now = draw_exponential(random_, pause); now < end_; now += draw_exponential(random_, pause)) {
            const std::size_t task = pick(by_weight_of_large_);
            for (int i = 0; i < burst_tasks; ++i)
                drawn.push_back({task, now / sub_ticks, std::max<std::int64_t>(stay(task), 1)});
        }
        std::inplace_merge(drawn.begin(), drawn.begin() + single, drawn.end(),
                           [](const arrival& a, const arrival& b) { return a.time < b.time; });
        std::swap(random_, burst_random_);
    }

    static constexpr std::int64_t sub_ticks = 256; // of a tick, so that short pauses are drawn finely enough

    /// A task, by these sums.
    [[nodiscard]] std::size_t pick(const std::vector<std::int64_t>& sums) {
        const auto total = static_cast<std::uint64_t>(sums.back());
        // Tasks whose sum exceeds a number below the total; the bias of so many bits is beyond measure.
        const auto drawn = static_cast<std::int64_t>(random_.next() % total);
        return static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.end(), drawn) - sums.begin());
    }

    /// How long a task stays that arrives.
    [[nodiscard]] std::int64_t stay(std::size_t task) {
        if (law_ == stay_law::exponential) return draw_exponential(random_, mean_duration);
        if (law_ == stay_law::lognormal) return draw_lognormal(random_, mean_duration, stay_sigma);
        return stays_[task];
    }

    /// How long a task stays that is there at the start.
    [[nodiscard]] std::int64_t residual(std::size_t task) {
        if (law_ == stay_law::exponential) return draw_exponential(random_, mean_duration); // it has no memory
        const std::int64_t whole =
            law_ == stay_law::recorded ? stays_[task] : draw_lognormal(random_, mean_duration, stay_sigma, 1);
        constexpr std::int64_t parts = 1 << 16;
        const auto below_parts = [&] { return static_cast<std::int64_t>(random_.below(std::uint64_t{parts})); };
        const std::int64_t of_whole = (whole / parts) * below_parts();
        return of_whole + whole % parts * below_parts() / parts;
    }

    std::vector<std::int64_t> stays_;              // [tasks]  ticks
    std::vector<std::int64_t> by_weight_;          // [tasks]  sums of weights
    std::vector<std::int64_t> by_stay_;            // [tasks]  sums of weights times stays
    std::vector<std::int64_t> by_weight_of_large_; // [tasks]  sums of weights of those for the most GPUs
    stay_law law_;
    random_stream random_;
    random_stream burst_random_;
    std::int64_t bursts_ = 0;
    std::int64_t large_ = 0;
    std::int64_t weights_ = 0;
    std::int64_t staying_ = 0;
    std::int64_t pause_ = 0; // sub-ticks
    std::int64_t end_ = 0;   // sub-ticks
};

} // namespace detail

/// The tasks of a workload as a mix in which each counts for as long as it stays: what is in use, rather than what
/// arrives.
///
/// @param source   the tasks
/// @param options  of which the stays count
/// @return the mix; without a task whose stay is known, an empty one
[[nodiscard]] inline task_mix mix_in_use(const workload& source, const steady_options& options) {
    task_mix mix;
    const auto stays = detail::stay_ticks(source.tasks, options);
    if (!stays) return mix;
    constexpr std::int64_t part = mean_duration / 64; // a mean stay counts 64 times
    for (std::size_t i = 0; i < source.tasks.size(); ++i) {
        const task& each = source.tasks[i];
        const std::int64_t count = std::max<std::int64_t>((*stays)[i] / part, 1);
        mix.add(each.request, count * each.weight * each.members, each.model_list);
    }
    return mix;
}

/// Tasks that arrive as a Poisson process, drawn by weight, and leave again: so many that on average they would take
/// load times the capacity. The first arrive together at time 0: those that are there in the steady state.
///
/// @param source   its tasks have sizes, and it has a capacity (fill_gpu_sizes)
/// @param seed     what is drawn from
/// @param options  how they come and go
/// @return the arrivals, earliest first, in ticks of which mean_duration are a mean stay; or an error: stays that are
///         not recorded
[[nodiscard]] inline expected<std::vector<arrival>, input_error>
draw_steady_arrivals(const workload& source, std::uint64_t seed, const steady_options& options) {
    auto stays = detail::stay_ticks(source.tasks, options);
    if (!stays) return unexpected<input_error>{stays.error()};
    return detail::steady_draw{source, seed, options, *std::move(stays)}.run();
}

} // namespace gpupack::workload
