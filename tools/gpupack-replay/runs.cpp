// SPDX-License-Identifier: Apache-2.0
#include "runs.hpp"

#include "policies.hpp"
#include "run_one.hpp"

#include <gpupack/plan/hindsight_bound.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/replay/come_and_go.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/synthetic.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace replay_program {
namespace {

using gpupack::cluster;
using gpupack::input_error;

/// The mean stays for which a synthetic workload is replayed, ten of them to fill the cluster.
constexpr std::int64_t stays = 110;

void fill_in(run_record& record, const gpupack::workload::synthetic& made) {
    visits_record& visits = *record.visits;
    visits.unit = made.unit;
    visits.accepted_size_percent = visits.result.accepted_size_percent(made);
    for (const auto& kind : made.kinds) visits.names.push_back(kind.name);
    if (made.on.domains().size() > 1) {
        visits.levels = made.on.domains().levels();
        visits.levels.emplace_back("node");
    }
    for (const std::int64_t placed : visits.result.placed) record.result.placed += static_cast<std::size_t>(placed);
    for (const std::int64_t came : visits.result.came) record.tasks += static_cast<std::size_t>(came);
    record.result.failed = record.tasks - record.result.placed;
    record.result.seconds = visits.result.seconds;
}

/// Replays a workload whose tasks come and go; the same visits for every policy.
gpupack::expected<std::vector<run_record>, input_error> run_synthetic(const options& chosen, const inputs& from,
                                                                      const progress_listener& progress) {
    namespace replay = gpupack::replay;
    const auto made = gpupack::workload::make_synthetic(chosen.workload);
    if (!made) return gpupack::unexpected<input_error>{made.error()};
    const gpupack::task_mix expected = made->mix();
    const gpupack::policy::fragmentation_table typical{expected};
    std::vector<run_record> records;
    for (const std::string& name : chosen.policies)
        for (std::uint64_t seed = chosen.first_seed; seed <= chosen.last_seed; ++seed) {
            const auto visits = replay::draw_visits(*made, seed, chosen.load, stays);
            const gpupack::task_mix known = chosen.learn == 0 ? expected : gpupack::task_mix{};
            const auto preset = make_policy(chosen.engine, name, {known, seed});
            if (!preset) return gpupack::unexpected<input_error>{preset.error()};
            run_record& record = records.emplace_back();
            record.workload = made->name;
            record.policy = name;
            record.seed = seed;
            record.engine = chosen.engine;
            record.load = static_cast<double>(chosen.load) / 1000.0;
            record.nodes = made->on.size();
            record.gpus = made->on.gpu_count();
            const std::vector<std::size_t> no_arrivals;
            const std::vector<gpupack::request> none;
            progress(record, 0);
            run_one({made->on, *preset, chosen, from, no_arrivals, typical.view(), none, progress, record, &*made,
                     &visits});
            fill_in(record, *made);
        }
    return records;
}

/// The mix with its counts halved together until policies can take it.
gpupack::task_mix fewer(gpupack::task_mix mix) {
    constexpr std::int64_t most = std::int64_t{1} << 20;
    while (mix.total() > most) {
        gpupack::task_mix halved;
        for (const gpupack::task_mix::entry& each : mix.entries())
            if (each.count > 1) halved.add(each.request, each.count / 2);
        mix = std::move(halved);
    }
    return mix;
}

/// What policies take to be expected: the workload's own tasks, those of a history, or where they learn without one,
/// nothing yet.
gpupack::task_mix known_mix(const options& chosen, const inputs& from, const gpupack::task_mix& own) {
    if (!from.history) return chosen.learn == 0 ? own : gpupack::task_mix{};
    gpupack::task_mix mix;
    for (const gpupack::request& request : *from.history) mix.add(request);
    return fewer(std::move(mix));
}

/// What no policy could exceed at every second percent that arrives, from 80 % on; before, next to everything fits.
std::vector<std::pair<double, double>> bound_curve(const cluster& on, const inputs& from,
                                                   const std::vector<std::size_t>& arrivals) {
    namespace replay = gpupack::replay;
    std::vector<std::pair<double, double>> curve;
    const std::int64_t capacity = on.compute().count();
    std::int64_t request = 0;
    std::int64_t next = 80;
    for (std::size_t i = 0; i < arrivals.size() && capacity > 0; ++i) {
        request += from.trace.tasks[arrivals[i]].request.total_compute().count();
        if (request * 100 < next * capacity && i + 1 < arrivals.size()) continue;
        while (request * 100 >= next * capacity) next += 2;
        const std::vector<std::size_t> so_far(arrivals.begin(),
                                              arrivals.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        const auto most = gpupack::plan::hindsight_bound(on, gpupack::workload::arrived_mix(from.trace.tasks, so_far));
        curve.emplace_back(replay::percent(request, capacity), replay::percent(most.count(), capacity));
    }
    return curve;
}

/// What one seed draws; the same for every policy.
///
/// bound  hindsight_bound of the arrivals; none for a timeline
/// most   bound_curve, where a report needs it
struct drawn {
    std::vector<std::size_t> node_order;
    std::vector<std::size_t> arrivals;
    std::optional<std::int64_t> bound;
    std::vector<std::pair<double, double>> most;
};

gpupack::expected<drawn, input_error> draw(const options& chosen, const inputs& from, std::uint64_t seed) {
    namespace replay = gpupack::replay;
    drawn made;
    made.node_order = from.node_order ? *from.node_order : gpupack::workload::draw_node_order(from.trace.nodes.size(), seed);
    made.arrivals = from.order ? *from.order : gpupack::workload::draw_arrivals(from.trace, seed, chosen.load);
    if (chosen.timeline) return made;
    const auto on = from.trace.build(made.node_order);
    if (!on) return gpupack::unexpected<input_error>{on.error()};
    if (!chosen.report.empty() && seed == chosen.first_seed) made.most = bound_curve(*on, from, made.arrivals);
    made.bound = gpupack::plan::hindsight_bound(*on, gpupack::workload::arrived_mix(from.trace.tasks, made.arrivals)).count();
    return made;
}

} // namespace

gpupack::expected<std::vector<run_record>, input_error> run_all(const options& chosen, const inputs& from,
                                                                const progress_listener& progress) {
    if (chosen.engine == "cuda")
        if (const auto problem = why_not_cuda(chosen.policies))
            return gpupack::bad_input("--engine", chosen.engine, *problem);
    if (chosen.synthetic) return run_synthetic(chosen, from, progress);
    const gpupack::task_mix own = fewer(from.trace.mix());
    const gpupack::task_mix expected = known_mix(chosen, from, own);
    const gpupack::policy::fragmentation_table measured{own.typical(gpupack::policy::fgd_typical_percent)};
    const auto typical = gpupack::replay::typical_requests(own, gpupack::policy::fgd_typical_percent);
    std::vector<drawn> by_seed;
    for (std::uint64_t seed = chosen.first_seed; seed <= chosen.last_seed; ++seed) {
        auto made = draw(chosen, from, seed);
        if (!made) return gpupack::unexpected<input_error>{made.error()};
        by_seed.push_back(*std::move(made));
    }
    std::vector<run_record> records;
    for (const std::string& name : chosen.policies) {
        for (std::uint64_t seed = chosen.first_seed; seed <= chosen.last_seed; ++seed) {
            const drawn& given = by_seed[seed - chosen.first_seed];
            auto on = from.trace.build(given.node_order);
            if (!on) return gpupack::unexpected<input_error>{on.error()};
            const auto preset = make_policy(chosen.engine, name, {expected, seed});
            if (!preset) return gpupack::unexpected<input_error>{preset.error()};

            run_record& record = records.emplace_back();
            record.workload = from.name;
            record.policy = name;
            record.seed = seed;
            record.engine = chosen.engine;
            record.load = from.order ? 0.0 : static_cast<double>(chosen.load) / 1000.0;
            record.nodes = on->size();
            record.gpus = on->gpu_count();
            record.tasks = given.arrivals.size();
            record.compute = on->compute().count();
            record.bound = given.bound;
            record.most = given.most;
            run_one({std::move(*on), *preset, chosen, from, given.arrivals, measured.view(), typical, progress,
                     record});
        }
    }
    return records;
}

} // namespace replay_program
