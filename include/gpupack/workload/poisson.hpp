// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/draws.hpp>
#include <gpupack/workload/seed_stream.hpp>
#include <gpupack/workload/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// The mean duration of tasks that arrive as a Poisson process, in ticks.
inline constexpr std::int64_t mean_duration = 1 << 20;

/// How long the cluster fills before what tasks find is typical, in ticks.
inline constexpr std::int64_t warm_up = 10 * mean_duration;

/// A task drawn by weight.
///
/// @param tasks    of which one at least has a weight
/// @param weights  the sum of their weights
/// @param random   what is drawn from
/// @return its index
[[nodiscard]] inline std::size_t draw_task(const std::vector<task>& tasks, std::int64_t weights,
                                           random_stream& random) {
    auto rest = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(weights)));
    std::size_t drawn = 0;
    while (rest >= tasks[drawn].weight) {
        rest -= tasks[drawn].weight;
        ++drawn;
    }
    return drawn;
}

/// Tasks that arrive as a Poisson process, drawn by weight, each for an exponential duration: so many that on average
/// they would take load times the capacity.
///
/// @param source     its tasks have sizes, and it has a capacity
/// @param seed       what is drawn from
/// @param load       in thousandths of the capacity
/// @param durations  how long tasks arrive, in mean durations
/// @return the arrivals, earliest first, in ticks
[[nodiscard]] inline std::vector<arrival> draw_poisson_arrivals(const workload& source, std::uint64_t seed,
                                                                std::int64_t load, std::int64_t durations) {
    std::int64_t weights = 0;
    std::int64_t sizes = 0;
    for (const task& each : source.tasks) {
        weights += each.weight;
        sizes += each.weight * each.size;
    }
    std::vector<arrival> drawn;
    if (load == 0 || weights == 0) return drawn;
    random_stream random = stream_of(seed, seed_stream::poisson);
    // Rate times mean size times mean duration is the load: sizes / weights is the mean size.
    const std::int64_t mean_pause = mean_duration * 1000 / weights * sizes / (source.capacity * load);
    const std::int64_t end = durations * mean_duration;
    for (std::int64_t now = draw_exponential(random, mean_pause); now < end;
         now += draw_exponential(random, mean_pause)) {
        const std::size_t task = draw_task(source.tasks, weights, random);
        drawn.push_back({task, now, draw_exponential(random, mean_duration)});
    }
    return drawn;
}

} // namespace gpupack::workload
