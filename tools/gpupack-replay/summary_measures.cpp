// SPDX-License-Identifier: Apache-2.0
#include "summary_measures.hpp"

#include <gpupack/replay/idle_causes.hpp>
#include <gpupack/replay/measure.hpp>
#include <gpupack/replay/size_classes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace replay_program {

namespace {

using gpupack::milli_gpu;
using gpupack::replay::idle_causes;
using gpupack::replay::size_counts;
using counts = std::array<std::int64_t, gpupack::replay::size_class_count>;

double bound_percent(const run_record& run) {
    return gpupack::replay::percent(run.bound.value_or(0), run.compute);
}

/// The sizes of which any task arrived.
std::vector<std::size_t> sizes_of(const std::vector<run_record>& runs) {
    std::vector<std::size_t> seen;
    for (std::size_t size = 0; size < gpupack::replay::size_class_count; ++size)
        if (std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run.sizes.arrived[size] > 0; }))
            seen.push_back(size);
    return seen;
}

/// A measure for each of those sizes.
template <class Of> std::vector<measure> by_size(const std::vector<run_record>& runs, Of of) {
    std::vector<measure> told;
    for (const std::size_t size : sizes_of(runs))
        told.push_back({std::string{gpupack::replay::size_class_names[size]},
                        [=](const run_record& run) { return of(run.sizes, size); }});
    return told;
}

std::vector<measure> shares(const std::vector<run_record>& runs, counts size_counts::*part) {
    return by_size(runs, [=](const size_counts& of, std::size_t size) {
        return gpupack::replay::percent((of.*part)[size], of.arrived[size]);
    });
}

std::vector<measure> numbers(const std::vector<run_record>& runs, counts size_counts::*part) {
    return by_size(runs,
                   [=](const size_counts& of, std::size_t size) { return static_cast<double>((of.*part)[size]); });
}

} // namespace

std::vector<measure> idle_measures(const std::vector<run_record>& runs) {
    struct cause {
        const char* name;
        milli_gpu idle_causes::*part;
        bool always;
    };
    constexpr cause causes[] = {{"too small", &idle_causes::too_small, true},
                                {"CPU or memory", &idle_causes::host_short, true},
                                {"wrong model", &idle_causes::wrong_model, true},
                                {"no cause", &idle_causes::fits, true},
                                {rounded_up, &idle_causes::rounding_overhead, false}};
    std::vector<measure> told;
    if (runs.empty() || !runs.front().idle) return told;
    for (const cause& each : causes) {
        const auto has = [&](const run_record& run) { return ((*run.idle).*(each.part)).count() > 0; };
        if (each.always || std::any_of(runs.begin(), runs.end(), has))
            told.push_back({each.name, [part = each.part](const run_record& run) {
                                return gpupack::replay::percent(((*run.idle).*part).count(), run.compute);
                            }});
    }
    return told;
}

std::vector<measure> failed_measures(const std::vector<run_record>& runs) {
    return shares(runs, &size_counts::failed);
}
std::vector<measure> failed_counts(const std::vector<run_record>& runs) {
    return numbers(runs, &size_counts::failed);
}
std::vector<measure> arrived_counts(const std::vector<run_record>& runs) {
    return numbers(runs, &size_counts::arrived);
}
std::vector<measure> waited_measures(const std::vector<run_record>& runs) {
    const bool timed = !runs.empty() && runs.front().waits;
    return timed ? shares(runs, &size_counts::waited) : std::vector<measure>{};
}

seed_range over_seeds(const policy_summary& of, const measure& what) {
    std::vector<double> values;
    for (const run_record* run : of.runs) values.push_back(what.of(*run));
    return range_of(values);
}

seed_range paired(const policy_summary& of, const policy_summary& against, const measure& what) {
    std::vector<double> values;
    for (const run_record* run : of.runs)
        for (const run_record* other : against.runs)
            if (other->seed == run->seed) values.push_back(what.of(*run) - what.of(*other));
    return range_of(values);
}

const policy_summary* paired_with(const std::vector<policy_summary>& policies) {
    const auto fgd =
        std::find_if(policies.begin(), policies.end(), [](const auto& each) { return each.name == "fgd"; });
    return fgd != policies.end() && policies.size() > 1 && fgd->runs.size() > 1 ? &*fgd : nullptr;
}

const policy_summary* gap_from(const std::vector<policy_summary>& policies) {
    if (policies.size() < 2 || !policies.front().runs.front()->bound) return nullptr;
    for (const policy_summary& each : policies)
        if (each.name == "fgd") return &each;
    return &policies.back();
}

std::optional<seed_range> bound_over_seeds(const policy_summary& of) {
    if (!of.runs.front()->bound) return std::nullopt;
    return over_seeds(of, {"bound", bound_percent});
}

std::optional<seed_range> gap_closed(const policy_summary& of, const policy_summary& from) {
    std::vector<double> values;
    for (const run_record* run : of.runs)
        for (const run_record* other : from.runs) {
            const double gap = bound_percent(*run) - other->result.allocated_percent;
            if (other->seed != run->seed || gap < 0.005) continue; // no gap that a table would show
            values.push_back(100 * (run->result.allocated_percent - other->result.allocated_percent) / gap);
        }
    if (values.empty()) return std::nullopt;
    return range_of(values);
}

} // namespace replay_program
