// SPDX-License-Identifier: Apache-2.0
#include "report_plots.hpp"

#include "report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace replay_program {

namespace {

constexpr std::size_t hues = 7;
constexpr std::size_t dashes = 4;

/// The paper of one drawing, in its own units.
struct frame {
    std::string name;
    double width;
    double height;
    double left;
    double top;
    double right;
    double bottom;
    bool labels;
    int x_parts;
    int y_parts;
};

/// Takes values to the paper.
struct scale {
    const frame& on;
    const plot& of;

    [[nodiscard]] double x(double value) const {
        return on.left + (value - of.x.from) / (of.x.to - of.x.from) * (on.right - on.left);
    }
    [[nodiscard]] double y(double value) const {
        return on.bottom - (value - of.y.from) / (of.y.to - of.y.from) * (on.bottom - on.top);
    }
    [[nodiscard]] std::string at(double vx, double vy) const { return fmt::format("{:.1f} {:.1f}", x(vx), y(vy)); }
};

/// Multiples of the step within the axis.
std::vector<double> ticks(const plot_axis& axis, int parts) {
    const double step = round_step(axis.to - axis.from, parts);
    std::vector<double> told;
    for (double k = std::ceil(axis.from / step - 1e-6); k * step <= axis.to + step * 1e-6; ++k)
        told.push_back(k * step);
    return told;
}

std::string tick_text(double value, const plot_axis& axis, int parts) {
    const double step = round_step(axis.to - axis.from, parts);
    const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
    return grouped(value, decimals) + axis.unit;
}

std::string axes_svg(const plot& what, const frame& on) {
    const scale to{on, what};
    auto svg = std::string{R"(<g class="grid">)"};
    const auto out = std::back_inserter(svg);
    const auto xs = ticks(what.x, on.x_parts);
    const auto ys = ticks(what.y, on.y_parts);
    for (const double y : ys)
        fmt::format_to(out, R"(<path d="M{:.1f} {:.1f}H{:.1f}"/>)", on.left, to.y(y), on.right);
    for (const double x : xs)
        fmt::format_to(out, R"(<path d="M{:.1f} {:.1f}V{:.1f}"/>)", to.x(x), on.top, on.bottom);
    fmt::format_to(out, R"(</g><path class="axis" d="M{:.1f} {:.1f}H{:.1f}"/><g class="ticks">)", on.left,
                   on.bottom, on.right);
    for (const double y : ys)
        fmt::format_to(out, R"(<text x="{:.1f}" y="{:.1f}" text-anchor="end" dy=".35em">{}</text>)", on.left - 8,
                       to.y(y), html_text(tick_text(y, what.y, on.y_parts)));
    for (const double x : xs)
        fmt::format_to(out, R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)", to.x(x),
                       on.bottom + 19, html_text(tick_text(x, what.x, on.x_parts)));
    fmt::format_to(out, R"(</g><text class="axis-label" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)",
                   on.right, on.bottom + 39, html_text(what.x.label));
    fmt::format_to(out, R"(<text class="axis-label" x="{:.1f}" y="{:.1f}">{}</text>)", 2.0, on.top - 14,
                   html_text(what.y.label));
    return svg;
}

/// y = x, then what no policy could exceed; within the axes.
std::string most_svg(const plot& what, const frame& on) {
    const scale to{on, what};
    std::string line = fmt::format("M{}", to.at(what.x.from, std::min(what.x.from, what.most.front().second)));
    for (const auto& [arrived, most] : what.most)
        if (arrived > what.x.from) line += "L" + to.at(arrived, most);
    return fmt::format(R"(<path class="ideal" d="{}"><title>no policy could allocate more</title></path>)", line);
}

/// y = x to 100, then level, within the axes.
std::string ideal_svg(const plot& what, const frame& on) {
    const scale to{on, what};
    std::string line = fmt::format("M{}", to.at(what.x.from, std::min(what.x.from, 100.0)));
    if (what.x.from < 100 && what.x.to > 100) line += "L" + to.at(100, 100);
    line += "L" + to.at(what.x.to, std::min(what.x.to, 100.0));
    return fmt::format(R"(<path class="ideal" d="{}"><title>ideal: all that arrives is placed</title></path>)",
                       line);
}

std::string band_path(const plot_series& line, const scale& to) {
    std::string path;
    for (std::size_t i = 0; i < line.points.size(); ++i)
        path += (i == 0 ? "M" : "L") + to.at(line.points[i].x, line.points[i].most);
    for (std::size_t i = line.points.size(); i-- > 0;) path += "L" + to.at(line.points[i].x, line.points[i].least);
    return path + "Z";
}

std::string series_svg(const plot_series& line, const plot& what, const frame& on) {
    if (line.points.empty()) return "";
    const scale to{on, what};
    std::string path;
    for (const plot_point& point : line.points) path += (path.empty() ? "M" : "L") + to.at(point.x, point.mean);
    const plot_point& last = line.points.back();
    std::string told = grouped(last.mean, what.decimals) + what.y.unit;
    if (line.band)
        told += fmt::format(" ({}\u2013{} over seeds)", grouped(last.least, what.decimals),
                            grouped(last.most, what.decimals));
    std::string svg = fmt::format("<g {}>", style_attributes(line.style, "series"));
    if (line.band && line.points.size() > 1)
        svg += fmt::format(R"(<path class="band" d="{}"/>)", band_path(line, to));
    if (line.points.size() > 1) svg += fmt::format(R"(<path class="line" d="{}"/>)", path);
    if (what.ends || line.points.size() == 1)
        svg +=
            fmt::format(R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3.2"/>)", to.x(last.x), to.y(last.mean));
    if (line.points.size() > 1)
        svg += fmt::format(R"(<path class="hit" d="{}"><title>{}: {} at the end</title></path>)", path,
                           html_text(line.name), html_text(told));
    return svg + "</g>";
}

/// Moves heights apart to at least `gap`, each as little as their order allows, between top and bottom.
///
/// heights  ascending
std::vector<double> spaced(const std::vector<double>& heights, double gap, double top, double bottom) {
    struct block {
        double sum;
        double count;
    };
    std::vector<block> blocks;
    for (std::size_t i = 0; i < heights.size(); ++i) {
        blocks.push_back({heights[i] - gap * static_cast<double>(i), 1});
        while (blocks.size() > 1) {
            const block last = blocks.back();
            block& before = blocks[blocks.size() - 2];
            if (before.sum / before.count <= last.sum / last.count) break;
            before = {before.sum + last.sum, before.count + last.count};
            blocks.pop_back();
        }
    }
    const double lowest = std::max(top, bottom - gap * static_cast<double>(heights.size() - 1));
    std::vector<double> told;
    for (const block& each : blocks)
        for (int i = 0; i < static_cast<int>(each.count); ++i)
            told.push_back(std::clamp(each.sum / each.count, top, lowest) + gap * static_cast<double>(told.size()));
    return told;
}

std::string labels_svg(const plot& what, const frame& on) {
    const scale to{on, what};
    std::vector<std::pair<double, const plot_series*>> ends;
    for (const plot_series& line : what.series)
        if (!line.points.empty())
            ends.emplace_back(std::clamp(to.y(line.points.back().mean), on.top, on.bottom), &line);
    std::stable_sort(ends.begin(), ends.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    if (ends.empty()) return "";
    std::vector<double> heights;
    for (const auto& [y, line] : ends) heights.push_back(y);
    const double room = (on.bottom - on.top) / static_cast<double>(std::max<std::size_t>(1, ends.size() - 1));
    const auto places = spaced(heights, std::min(17.0, room), on.top, on.bottom);
    std::string svg;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const plot_series& line = *ends[i].second;
        const double from = to.x(line.points.back().x) + 5;
        svg += fmt::format("<g {}>", style_attributes(line.style, "label"));
        svg += fmt::format(R"(<path class="leader" d="M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}"/>)", from,
                           ends[i].first, on.right + 20, places[i], on.right + 25, places[i]);
        svg +=
            fmt::format(R"(<text x="{:.1f}" y="{:.1f}" dy=".35em"><tspan class="value">{}</tspan> {}</text></g>)",
                        on.right + 29, places[i], grouped(line.points.back().mean, what.decimals),
                        html_text(shortened(line.name, 26)));
    }
    return svg;
}

std::string drawing(const plot& what, const frame& on) {
    std::string svg = fmt::format(R"(<svg class="{}" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">)",
                                  on.name, on.width, on.height, html_text(what.title));
    svg += axes_svg(what, on);
    const double x = on.left;
    const double y = on.top - 5;
    const double width = on.right - on.left + 5;
    const double height = on.bottom - on.top + 5;
    svg += fmt::format(R"(<svg x="{0:.1f}" y="{1:.1f}" width="{2:.1f}" height="{3:.1f}" )"
                       R"(viewBox="{0:.1f} {1:.1f} {2:.1f} {3:.1f}">)",
                       x, y, width, height);
    if (!what.most.empty())
        svg += most_svg(what, on);
    else if (what.ideal)
        svg += ideal_svg(what, on);
    for (std::size_t i = what.series.size(); i-- > 0;) svg += series_svg(what.series[i], what, on); // best on top
    svg += "</svg>";
    if (on.labels && what.ends) svg += labels_svg(what, on);
    return svg + "</svg>\n";
}

} // namespace

std::string style_attributes(std::size_t style, const std::string& classes) {
    return fmt::format(R"html(class="{} d{}" style="--c:var(--hue-{})" data-policy="{}")html", classes,
                       style / hues % dashes, style % hues, style);
}

std::string line_sample(std::size_t style) {
    return fmt::format(R"html(<svg class="sample d{}" style="--c:var(--hue-{})" viewBox="0 0 30 8" )html"
                       R"html(aria-hidden="true"><path class="line" d="M1 4H29"/></svg>)html",
                       style / hues % dashes, style % hues);
}

double round_step(double range, int parts) {
    if (!(range > 0)) return 1;
    const double rough = range / parts;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double times : {1.0, 2.0, 5.0})
        if (rough <= times * power * 1.001) return times * power;
    return 10 * power;
}

std::string plot_html(const plot& what) {
    std::size_t longest = 0;
    for (const plot_series& line : what.series)
        longest = std::max(longest, std::min<std::size_t>(26, line.name.size()));
    const double margin = what.ends ? 29.0 + 7.3 * static_cast<double>(longest + 7) : 10;
    const double labels = what.ends ? 16.0 * static_cast<double>(what.series.size()) : 0; // all of them legible
    const double height = std::max(440.0, labels + 82);
    const frame wide{"wide", 1080, height, 58, 34, 1080 - margin, height - 48, true, 8, 6};
    const frame narrow{"narrow", 360, 330, 46, 34, 350, 284, false, 5, 6};
    return fmt::format("<figure class=\"card\">\n<figcaption><h2>{}</h2><p>{}</p></figcaption>\n{}{}</figure>\n",
                       html_text(what.title), what.note, drawing(what, wide), drawing(what, narrow));
}

} // namespace replay_program
