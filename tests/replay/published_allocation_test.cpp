// SPDX-License-Identifier: Apache-2.0
// The published experiment: 6 policies, 5 task files, seeds 42 to 51, allocation at 100 % and 130 % arrived.
#include "support/openb_data.hpp"
#include "support/presets.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/plan/hindsight_bound.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/openb.hpp>
#include <gpupack/replay/run.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <map>

using namespace gpupack;

namespace {

constexpr int seeds = 10;

/// The published name of each preset.
const std::map<std::string, std::string> published_names{
    {"Random", "random"},          {"DotProd", "dot-product"}, {"GpuClustering", "gpu-clustering"},
    {"GpuPacking", "gpu-packing"}, {"BestFit", "best-fit"},    {"FGD", "fgd"}};

struct sample {
    std::vector<double> values;

    [[nodiscard]] double mean() const {
        double sum = 0;
        for (const double value : values) sum += value;
        return sum / static_cast<double>(values.size());
    }
    [[nodiscard]] double deviation() const {
        double sum = 0;
        for (const double value : values) sum += (value - mean()) * (value - mean());
        return std::sqrt(sum / static_cast<double>(values.size() - 1));
    }
};

struct allocation {
    sample at_100;
    sample at_130;
};

/// What no policy can exceed, in percent, for each seed.
std::vector<double> bounds_of(const workload::workload& workload) {
    std::vector<double> told;
    const cluster on = workload.build().value();
    for (std::uint64_t seed = 42; seed < 42 + seeds; ++seed) {
        const task_mix arrived = workload::arrived_mix(workload.tasks, workload::draw_arrivals(workload, seed, 1300));
        told.push_back(replay::percent(plan::hindsight_bound(on, arrived).count(), on.compute().count()));
    }
    return told;
}

/// bounds  [seeds]  none of which is exceeded
allocation measure(const workload::workload& workload, const std::string& preset, const std::vector<double>& bounds) {
    allocation told;
    for (std::uint64_t seed = 42; seed < 42 + seeds; ++seed) {
        const auto arrivals = workload::draw_arrivals(workload, seed, 1300);
        const auto order = workload::draw_node_order(workload.nodes.size(), seed);
        any_scheduler by{workload.build(order).value(),
                         test::preset(preset, {workload.mix(), seed}, search::indexed{})};
        const auto result = replay::run(by, workload.tasks, arrivals, {.samples = replay::sampling::by_arrivals});
        const auto full = std::find_if(result.samples.begin(), result.samples.end(),
                                       [](const auto& point) { return point.arrived >= 100; });
        told.at_100.values.push_back(full->allocated);
        told.at_130.values.push_back(result.allocated_percent);
        EXPECT_LE(result.allocated_percent, bounds[seed - 42]) << preset;
    }
    return told;
}

/// Within 0.35 points, or three standard errors of the difference where that is more.
void expect_close(const sample& ours, double mean, double deviation, const std::string& what) {
    const double error = std::sqrt((ours.deviation() * ours.deviation() + deviation * deviation) / seeds);
    EXPECT_NEAR(ours.mean(), mean, std::max(0.35, 3 * error)) << what;
}

double number(std::string_view text) {
    return std::stod(std::string{text});
}

/// One task file against its rows of the published table, which says at 100 % and at 130 %.
void expect_published(const workload::workload& workload, const std::string& tasks) {
    const std::vector<double> bounds = bounds_of(workload);
    int compared = 0;
    const std::vector<std::string_view> columns{
        "pods", "policy", "allocated_percent_at_100_arrived", "sd_100", "allocated_percent_at_130_arrived", "sd_130"};
    for_each_openb_row("published_allocation.csv", columns, [&](const std::vector<std::string_view>& fields) {
        if (fields[0] != tasks) return;
        const std::string preset = published_names.at(std::string{fields[1]});
        const allocation ours = measure(workload, preset, bounds);
        expect_close(ours.at_100, number(fields[2]), number(fields[3]), tasks + " " + preset + " at 100 %");
        expect_close(ours.at_130, number(fields[4]), number(fields[5]), tasks + " " + preset + " at 130 %");
        ++compared;
    });
    EXPECT_EQ(compared, 6);
}

class published_allocation : public testing::TestWithParam<std::string> {};

} // namespace

TEST_P(published_allocation, is_reproduced) {
    expect_published(openb_workload(GetParam()), GetParam());
}

INSTANTIATE_TEST_SUITE_P(openb, published_allocation,
                         testing::Values("default", "cpu050", "gpushare40", "gpuspec10", "multigpu20"),
                         [](const auto& param) { return param.param; });
