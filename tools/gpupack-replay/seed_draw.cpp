// SPDX-License-Identifier: Apache-2.0
#include "seed_draw.hpp"

#include <gpupack/plan/hindsight_bound.hpp>
#include <gpupack/replay/capacity_bound.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/replay/steady_bound.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/poisson.hpp>
#include <gpupack/workload/steady_arrivals.hpp>

#include <algorithm>
#include <utility>

namespace replay_program {
namespace {

namespace replay = gpupack::replay;
namespace workload = gpupack::workload;
using gpupack::cluster;
using gpupack::input_error;
using gpupack::task_mix;

/// What no policy could exceed at every second percent that arrives, from 80 % on; before, next to everything fits.
std::vector<std::pair<double, double>> bound_curve(const cluster& cluster, const inputs& input,
                                                   const std::vector<workload::arrival>& arrivals) {
    const auto& tasks = input.workload.tasks;
    std::vector<std::pair<double, double>> curve;
    std::vector<workload::arrival> so_far;
    const std::int64_t capacity = cluster.compute().count();
    std::int64_t arrived = 0;
    std::int64_t next = 80;
    for (std::size_t i = 0; i < arrivals.size() && capacity > 0; ++i) {
        so_far.push_back(arrivals[i]);
        arrived += tasks[arrivals[i].task].request.total_compute().count();
        if (arrived * 100 < next * capacity && i + 1 < arrivals.size()) continue;
        while (arrived * 100 >= next * capacity) next += 2;
        const auto most = gpupack::plan::hindsight_bound(cluster, workload::arrived_mix(tasks, so_far));
        curve.emplace_back(replay::percent(arrived, capacity), replay::percent(most.count(), capacity));
    }
    return curve;
}

/// The arrivals that the options name.
gpupack::expected<std::vector<workload::arrival>, input_error> arrivals_of(const options& chosen, const inputs& input,
                                                                           std::uint64_t seed) {
    if (input.arrivals) return *input.arrivals;
    const std::int64_t durations = chosen.warm_up + chosen.length;
    if (chosen.synthetic && chosen.stays == workload::stay_law::exponential && chosen.bursts == 0)
        return workload::draw_poisson_arrivals(input.workload, seed, chosen.load, durations);
    if (chosen.come_and_go)
        return workload::draw_steady_arrivals(input.workload, seed,
                                              {.load = chosen.load,
                                               .stays = chosen.stays,
                                               .stay_cap = chosen.stay_cap,
                                               .length = durations,
                                               .bursts = chosen.bursts});
    return workload::draw_arrivals(input.workload, seed, chosen.load);
}

/// Whether the tasks on a GPU have no more than it by size: not where their size is the larger of two parts, or more is
/// promised than there is.
bool sizes_add_up(const workload::workload& source, const cluster& cluster) {
    if (source.unit != "milli-GPUs") return true;
    if (source.capacity < cluster.compute().count()) return false;
    return std::all_of(source.tasks.begin(), source.tasks.end(), [](const workload::task& each) {
        return each.size == each.request.total_compute().count() * each.members;
    });
}

/// Fills in what no policy could exceed where tasks come and go.
gpupack::expected<void, input_error> bound_steady(const options& chosen, const inputs& input, seed_draw& drawn) {
    const std::int64_t begin = chosen.warm_up * workload::mean_duration;
    const std::int64_t end = drawn.arrivals.empty() ? begin : drawn.arrivals.back().time; // as for what is measured
    const auto cluster = input.workload.build(drawn.node_order);
    if (!cluster) return gpupack::unexpected<input_error>{cluster.error()};
    const auto bound = replay::steady_bound_of(*cluster, input.workload.tasks, drawn.arrivals, begin, end);
    drawn.bound_allocated_percent = bound.allocated_percent;
    drawn.bound_size_percent = bound.size_percent;
    if (sizes_add_up(input.workload, *cluster))
        drawn.bound_size_percent =
            std::min(drawn.bound_size_percent, replay::capacity_bound_percent(input.workload, drawn.arrivals, begin));
    return {};
}

} // namespace

gpupack::expected<seed_draw, input_error> draw(const options& chosen, const inputs& input, std::uint64_t seed) {
    auto arrivals = arrivals_of(chosen, input, seed);
    if (!arrivals) return gpupack::unexpected<input_error>{arrivals.error()};
    seed_draw drawn{.seed = seed, .arrivals = *std::move(arrivals)};
    if (!chosen.synthetic)
        drawn.node_order =
            input.node_order ? *input.node_order : workload::draw_node_order(input.workload.nodes.size(), seed);
    if (chosen.come_and_go && chosen.waiting) {
        drawn.bound_size_percent = 100; // all are placed in the end
        return drawn;
    }
    if (chosen.come_and_go) {
        if (auto done = bound_steady(chosen, input, drawn); !done)
            return gpupack::unexpected<input_error>{done.error()};
        return drawn;
    }
    if (chosen.timeline) return drawn;
    const auto cluster = input.workload.build(drawn.node_order);
    if (!cluster) return gpupack::unexpected<input_error>{cluster.error()};
    if (!chosen.report.empty() && seed == chosen.first_seed)
        drawn.bound_curve = bound_curve(*cluster, input, drawn.arrivals);
    const task_mix arrived = workload::arrived_mix(input.workload.tasks, drawn.arrivals);
    drawn.bound = gpupack::plan::hindsight_bound(*cluster, arrived).count();
    return drawn;
}

} // namespace replay_program
