// SPDX-License-Identifier: Apache-2.0
#include "summary_churn.hpp"

#include <gpupack/replay/measure.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace replay_program {

namespace {

/// A range of what each of some runs has.
template <class Value> seed_range range_over(const std::vector<const run_record*>& runs, Value&& value) {
    std::vector<double> all;
    for (const run_record* run : runs) all.push_back(value(*run));
    return range_of(all);
}

void add_locality(churn_summary& summary, const std::vector<const run_record*>& runs) {
    using gpupack::replay::locality;
    std::vector<locality> localities;
    for (const run_record* run : runs) localities.push_back(run->churn->counts.overall_locality());
    const auto over = [&](auto&& value) {
        std::vector<double> all;
        for (const locality& each : localities) all.push_back(value(each));
        return range_of(all);
    };
    bool gangs = false;
    for (const locality& each : localities) {
        summary.has_links = summary.has_links || each.sets > 0;
        gangs = gangs || !each.by_level.empty();
    }
    summary.on_best = over([](const locality& of) { return of.on_best_percent(); });
    summary.link = over([](const locality& of) { return of.link_percent(); });
    for (std::size_t level = 0; gangs && level < runs.front()->churn->levels.size(); ++level)
        summary.within.push_back(over([&](const locality& of) { return of.within_percent(level); }));
}

churn_summary summarise(const std::vector<const run_record*>& runs, const std::vector<measure>& accepted) {
    churn_summary told;
    told.runs = runs;
    told.allocated = range_over(runs, [](const auto& run) { return run.result.mean_allocated_percent; });
    told.mean_wait = range_over(runs, [](const auto& run) { return run.churn->mean_wait; });
    told.refused_though_free = range_over(runs, [](const auto& run) {
        const auto& refused = run.result.refused;
        return gpupack::replay::percent(static_cast<std::int64_t>(refused.though_free),
                                        static_cast<std::int64_t>(refused.tasks));
    });
    told.policy = runs.front()->policy;
    told.seeds = runs.size();
    told.accepted = range_over(runs, [](const auto& run) { return run.churn->counts.accepted_percent(); });
    told.accepted_size = range_over(runs, [](const auto& run) { return run.churn->accepted_size_percent; });
    told.active = range_over(runs, [](const auto& run) { return run.result.mean_active_gpus; });
    std::vector<double> rates;
    for (const run_record* run : runs) rates.push_back(run->result.decisions_per_second());
    told.rates = range_of(rates);
    told.rate = median(std::move(rates));
    for (const measure& each : accepted) told.by_class.push_back(range_over(runs, each.of));
    add_locality(told, runs);
    return told;
}

} // namespace

std::vector<measure> accepted_measures(const std::vector<run_record>& runs) {
    std::vector<measure> told;
    const std::vector<std::string>& names = runs.front().churn->names;
    for (std::size_t c = 0; c < names.size(); ++c)
        told.push_back({names[c], [c](const run_record& run) {
                            const auto& counts = run.churn->counts;
                            return gpupack::replay::percent(counts.placed[c], counts.arrived[c]);
                        }});
    if (!names.empty()) return told;
    told = failed_measures(runs);
    for (measure& each : told) each.of = [failed = each.of](const run_record& run) { return 100.0 - failed(run); };
    return told;
}

mean_error paired_error(const churn_summary& of, const churn_summary& against, const measure& what) {
    std::vector<double> values;
    for (const run_record* run : of.runs)
        for (const run_record* other : against.runs)
            if (other->seed == run->seed) values.push_back(what.of(*run) - what.of(*other));
    mean_error told{range_of(values).mean, 0};
    if (values.size() < 2) return told;
    double squares = 0;
    for (const double value : values) squares += (value - told.mean) * (value - told.mean);
    const auto count = static_cast<double>(values.size());
    told.error = std::sqrt(squares / (count - 1) / count);
    return told;
}

std::optional<double> allocated_bound_of(const std::vector<run_record>& runs) {
    std::vector<double> bounds;
    for (const run_record& run : runs)
        if (run.policy == runs.front().policy && run.churn->bound_allocated_percent)
            bounds.push_back(*run.churn->bound_allocated_percent);
    if (bounds.empty()) return std::nullopt;
    return range_of(bounds).mean;
}

std::vector<churn_summary> summarise_churn(const std::vector<run_record>& runs) {
    std::vector<churn_summary> policies;
    const std::vector<measure> accepted = accepted_measures(runs);
    for (std::size_t first = 0; first < runs.size();) {
        std::vector<const run_record*> same;
        for (; first < runs.size() && (same.empty() || runs[first].policy == same.front()->policy); ++first)
            same.push_back(&runs[first]);
        policies.push_back(summarise(same, accepted));
    }
    std::stable_sort(policies.begin(), policies.end(),
                     [](const auto& a, const auto& b) { return a.accepted_size.mean > b.accepted_size.mean; });
    return policies;
}

double bound_of(const std::vector<run_record>& runs) {
    std::vector<double> bounds;
    for (const run_record& run : runs)
        if (run.policy == runs.front().policy) bounds.push_back(run.churn->bound_size_percent);
    return range_of(bounds).mean;
}

} // namespace replay_program
