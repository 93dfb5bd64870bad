#include "summary_visits.hpp"

#include <algorithm>
#include <cstddef>

namespace replay_program {

namespace {

/// A range of what each of some runs has.
template <class Value> seed_range range_over(const std::vector<const run_record*>& runs, Value&& value) {
    std::vector<double> all;
    for (const run_record* run : runs) all.push_back(value(*run));
    return range_of(all);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

visits_summary summarise(const std::vector<const run_record*>& runs) {
    visits_summary told;
    told.policy = runs.front()->policy;
    told.accepted = range_over(runs, [](const auto& run) { return run.visits->result.accepted_percent(); });
    told.accepted_size = range_over(runs, [](const auto& run) { return run.visits->accepted_size_percent; });
    told.active = range_over(runs, [](const auto& run) { return run.visits->result.mean_active_gpus; });
    std::vector<double> rates;
    for (const run_record* run : runs) {
        const double seconds = run->visits->result.seconds;
        rates.push_back(seconds > 0 ? static_cast<double>(run->visits->result.decisions) / seconds : 0);
    }
    told.rate = median(std::move(rates));
    for (std::size_t kind = 0; kind < runs.front()->visits->names.size(); ++kind)
        told.by_kind.push_back(range_over(runs, [&](const auto& run) {
                                   const auto& result = run.visits->result;
                                   return gpupack::replay::percent(result.placed[kind], result.came[kind]);
                               }).mean);
    return told;
}

} // namespace

std::vector<visits_summary> summarise_visits(const std::vector<run_record>& runs) {
    std::vector<visits_summary> policies;
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
        if (run.policy == runs.front().policy) bounds.push_back(run.visits->result.bound_percent);
    return range_of(bounds).mean;
}

} // namespace replay_program
