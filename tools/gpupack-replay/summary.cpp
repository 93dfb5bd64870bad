// SPDX-License-Identifier: Apache-2.0
#include "summary.hpp"

#include <algorithm>
#include <cstddef>

namespace replay_program {

namespace {

double allocated_of(const run_record& run) {
    return run.waits ? run.result.mean_allocated_percent : run.result.allocated_percent;
}

double unallocated_of(const run_record& run) {
    return static_cast<double>(run.gpus) * (1.0 - allocated_of(run) / 100.0);
}

double mean_wait_of(const run_record& run) {
    if (!run.waits || run.placed == 0) return 0;
    return static_cast<double>(run.waits->total) / static_cast<double>(run.placed);
}

template <class Measure> std::vector<double> each(const policy_summary& policy, Measure&& measure) {
    std::vector<double> told;
    told.reserve(policy.runs.size());
    for (const run_record* run : policy.runs) told.push_back(measure(*run));
    return told;
}

void fill(policy_summary& policy) {
    policy.allocated = range_of(each(policy, allocated_of));
    policy.fragmented = range_of(each(policy, [](const auto& run) { return run.result.fragmented_percent; }));
    policy.unallocated = range_of(each(policy, unallocated_of)).mean;
    policy.failed = range_of(each(policy, [](const auto& run) { return double(run.failed); })).mean;
    policy.rate = median(each(policy, [](const auto& run) { return run.result.decisions_per_second(); }));
    policy.waited =
        range_of(each(policy, [](const auto& run) { return run.waits ? double(run.waits->tasks) : 0.0; })).mean;
    policy.mean_wait = range_of(each(policy, mean_wait_of)).mean;
    policy.longest_wait =
        range_of(each(policy, [](const auto& run) { return run.waits ? double(run.waits->longest) : 0.0; })).most;
}

} // namespace

seed_range range_of(const std::vector<double>& values) {
    if (values.empty()) return {};
    seed_range told{0, values.front(), values.front()};
    for (const double value : values) {
        told.mean += value / static_cast<double>(values.size());
        told.least = std::min(told.least, value);
        told.most = std::max(told.most, value);
    }
    told.mean = std::clamp(told.mean, told.least, told.most);
    return told;
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<policy_summary> summarise(const std::vector<run_record>& runs) {
    std::vector<policy_summary> told;
    for (const run_record& run : runs) {
        auto known =
            std::find_if(told.begin(), told.end(), [&](const auto& policy) { return policy.name == run.policy; });
        if (known == told.end()) {
            told.push_back({});
            known = told.end() - 1;
            known->name = run.policy;
        }
        known->runs.push_back(&run);
    }
    for (policy_summary& policy : told) fill(policy);
    std::stable_sort(told.begin(), told.end(),
                     [](const auto& a, const auto& b) { return a.allocated.mean > b.allocated.mean; });
    return told;
}

} // namespace replay_program
