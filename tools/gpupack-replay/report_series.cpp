// SPDX-License-Identifier: Apache-2.0
#include "report_series.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace replay_program {

namespace {

using line = std::vector<std::pair<double, double>>;

/// The height of a line at x, straight between its points and level outside them.
///
/// of  ascending in x, not empty
double height_at(const line& of, double x) {
    const auto after =
        std::lower_bound(of.begin(), of.end(), x, [](const auto& p, double v) { return p.first < v; });
    if (after == of.end()) return of.back().second;
    if (after == of.begin() || after->first <= x) return after->second;
    const auto before = after - 1;
    const double part = (x - before->first) / (after->first - before->first);
    return before->second + part * (after->second - before->second);
}

/// Mean and band over the seeds' lines, where all of them have points, at the places of the first.
std::vector<plot_point> over_seeds(const std::vector<line>& lines) {
    if (lines.empty()) return {};
    double last = lines.front().back().first;
    for (const line& each : lines) last = std::min(last, each.back().first);
    std::vector<double> places;
    for (const auto& point : lines.front())
        if (point.first < last && (places.empty() || point.first > places.back())) places.push_back(point.first);
    places.push_back(last);
    std::vector<plot_point> told;
    for (const double x : places) {
        std::vector<double> heights;
        for (const line& each : lines)
            heights.push_back(x == last && each.back().first == last ? each.back().second : height_at(each, x));
        const seed_range over = range_of(heights);
        told.push_back({x, over.mean, over.least, over.most});
    }
    return told;
}

/// One series a policy.
///
/// line_of  the line of a run; empty where it has none
template <class LineOf>
std::vector<plot_series> series(const std::vector<policy_summary>& policies, LineOf&& line_of) {
    std::vector<plot_series> told;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        std::vector<line> lines;
        for (const run_record* run : policies[i].runs) {
            line of = line_of(*run);
            if (!of.empty()) lines.push_back(std::move(of));
        }
        if (lines.empty()) continue;
        told.push_back({i, policies[i].name, lines.size() > 1, over_seeds(lines)});
    }
    return told;
}

template <class Point, class Height>
line line_of(const std::vector<Point>& points, double Point::*x, Height Point::*y) {
    line told;
    for (const Point& point : points) told.emplace_back(point.*x, static_cast<double>(point.*y));
    return told;
}

double last_x(const std::vector<plot_series>& all) {
    double told = 0;
    for (const plot_series& each : all) told = std::max(told, each.points.back().x);
    return told;
}

double highest(const std::vector<plot_series>& all) {
    double told = 0;
    for (const plot_series& each : all)
        for (const plot_point& point : each.points) told = std::max(told, point.most);
    return told;
}

double lowest_end(const std::vector<plot_series>& all) {
    double told = std::numeric_limits<double>::infinity();
    for (const plot_series& each : all) told = std::min(told, each.points.back().least);
    return told;
}

/// The least round number that is not below the value; 1 where it is 0.
double round_up(double value) {
    if (!(value > 0)) return 1;
    const double step = round_step(value, 5);
    return std::ceil(value / step - 1e-9) * step;
}

/// Where an axis of percent allocated ends.
double top_of(const std::vector<plot_series>& all) {
    return highest(all) > 60 ? 100 : round_up(highest(all));
}

std::string band_note(const std::vector<plot_series>& all) {
    const bool band = std::any_of(all.begin(), all.end(), [](const auto& each) { return each.band; });
    return band ? " Lines are means over the seeds, bands reach from the least to the most." : "";
}

/// Allocated against arrived, from where the policies begin to differ.
///
/// most  what no policy could exceed, where it is known
plot allocated_plot(std::vector<plot_series> all, std::vector<std::pair<double, double>> most) {
    plot told;
    const double arrived = last_x(all);
    const double from = std::clamp(std::floor((lowest_end(all) - 5) / 10) * 10, 0.0, 80.0);
    told.title = "Allocated GPUs as tasks arrive";
    told.note = "Percent of the cluster\u2019s GPUs, by compute; ";
    told.note += most.empty()
                     ? "the dotted line is what would be allocated if everything that arrives were placed."
                     : "dotted, what no policy could exceed, had it known beforehand all that arrives until then.";
    if (!most.empty() && band_note(all) != "") told.note += " It is that of the first seed.";
    told.note += band_note(all);
    if (from > 0) told.note += " Both axes begin at " + std::to_string(static_cast<int>(from)) + "\u202f%.";
    told.x = {"GPUs arrived, % of the cluster\u2019s", "%", from, std::max(arrived, from + 1)};
    told.y = {"Allocated, % of GPUs", "%", from, std::max(top_of(all), from + 1)};
    told.ideal = true;
    told.most = std::move(most);
    told.series = std::move(all);
    return told;
}

plot fragmented_plot(std::vector<plot_series> all) {
    plot told;
    told.title = "Fragmented GPUs as tasks arrive";
    told.note = "Free compute that a task drawn from the workload could not use, on average." + band_note(all);
    told.x = {"GPUs arrived, % of the cluster\u2019s", "%", 0, std::max(last_x(all), 1.0)};
    told.y = {"Fragmented, % of GPUs", "%", 0, round_up(highest(all))};
    told.series = std::move(all);
    return told;
}

template <class Height> line time_line(const run_record& run, Height gpupack::replay::timeline_point::*y) {
    line told;
    if (!run.timeline) return told;
    for (const auto& point : run.timeline->points)
        told.emplace_back(static_cast<double>(point.time) / 86400.0, static_cast<double>(point.*y));
    return told;
}

} // namespace

std::vector<plot> curve_plots(const std::vector<policy_summary>& policies) {
    using gpupack::replay::curve_point;
    auto allocated = series(policies, [](const run_record& run) {
        return line_of(run.result.curve, &curve_point::arrived, &curve_point::allocated);
    });
    if (allocated.empty()) return {};
    auto fragmented = series(policies, [](const run_record& run) {
        return line_of(run.result.curve, &curve_point::arrived, &curve_point::fragmented);
    });
    return {allocated_plot(std::move(allocated), policies.front().runs.front()->most),
            fragmented_plot(std::move(fragmented))};
}

std::vector<plot> timeline_plots(const std::vector<policy_summary>& policies) {
    using gpupack::replay::timeline_point;
    plot allocated;
    allocated.series =
        series(policies, [](const run_record& run) { return time_line(run, &timeline_point::allocated); });
    if (allocated.series.empty()) return {};
    const double last = last_x(allocated.series);
    const double days = last > 0 ? last : 1;
    allocated.title = "Allocated GPUs over time";
    allocated.note =
        "Percent of the cluster\u2019s GPUs, by compute, in recorded time." + band_note(allocated.series);
    allocated.x = {"Days since the first arrival", "", 0, days};
    allocated.y = {"Allocated, % of GPUs", "%", 0, top_of(allocated.series)};
    allocated.ends = false;
    plot waiting;
    waiting.series =
        series(policies, [](const run_record& run) { return time_line(run, &timeline_point::waiting); });
    waiting.title = "Waiting tasks over time";
    waiting.note = "Tasks that have arrived and are not placed yet." + band_note(waiting.series);
    waiting.x = allocated.x;
    waiting.y = {"Waiting tasks", "", 0, round_up(highest(waiting.series))};
    waiting.decimals = 0;
    waiting.ends = false;
    return {std::move(allocated), std::move(waiting)};
}

} // namespace replay_program
