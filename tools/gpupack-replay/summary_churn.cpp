// SPDX-License-Identifier: Apache-2.0
#include "summary_churn.hpp"

#include <algorithm>
#include <cstddef>
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

churn_summary summarise(const std::vector<const run_record*>& runs) {
    churn_summary told;
    told.policy = runs.front()->policy;
    told.seeds = runs.size();
    told.accepted = range_over(runs, [](const auto& run) { return run.churn->counts.accepted_percent(); });
    told.accepted_size = range_over(runs, [](const auto& run) { return run.churn->accepted_size_percent; });
    told.active = range_over(runs, [](const auto& run) { return run.result.mean_active_gpus; });
    std::vector<double> rates;
    for (const run_record* run : runs) rates.push_back(run->result.decisions_per_second());
    told.rates = range_of(rates);
    told.rate = median(std::move(rates));
    for (std::size_t c = 0; c < runs.front()->churn->names.size(); ++c)
        told.by_class.push_back(range_over(runs, [&](const auto& run) {
            const auto& counts = run.churn->counts;
            return gpupack::replay::percent(counts.placed[c], counts.arrived[c]);
        }));
    add_locality(told, runs);
    return told;
}

} // namespace

std::vector<churn_summary> summarise_churn(const std::vector<run_record>& runs) {
    std::vector<churn_summary> policies;
    for (std::size_t first = 0; first < runs.size();) {
        std::vector<const run_record*> same;
        for (; first < runs.size() && (same.empty() || runs[first].policy == same.front()->policy); ++first)
            same.push_back(&runs[first]);
        policies.push_back(summarise(same));
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
