// SPDX-License-Identifier: Apache-2.0
#include "report_dots.hpp"

#include "report_plots.hpp"
#include "report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace replay_program {

namespace {

constexpr double paper_width = 1080;
constexpr double row_height = 22;
constexpr double digit_width = 7.3; // of the style sheet's SVG text, rounded up
constexpr std::size_t longest_name = 28;

/// One panel on the paper. The values stand between `right` and the next panel.
struct panel {
    const dot_measure* of;
    plot_axis axis;
    double step;
    double left;
    double right;

    [[nodiscard]] double x(double value) const {
        return left + (value - axis.from) / (axis.to - axis.from) * (right - left);
    }
};

/// The paper's heights.
struct rows {
    double heading;
    double top;
    double bottom;

    [[nodiscard]] double y(std::size_t row) const { return top + row_height * (static_cast<double>(row) + 0.5); }
};

/// Round steps around all values and the limit; at least one unit wide, so that noise does not look like much.
plot_axis axis_of(const dot_measure& what) {
    double least = what.values.front().least;
    double most = std::max(what.values.front().most, what.limit);
    for (const seed_range& each : what.values) {
        least = std::min(least, each.least);
        most = std::max(most, each.most);
    }
    if (what.limit > 0) least = std::min(least, what.limit);
    if (what.from_zero) least = 0;
    if (what.zero) {
        least = std::min(least, 0.0);
        most = std::max(most, 0.0);
    }
    const double span = std::max(most - least, 1.0);
    const double step = round_step(span, 8);
    plot_axis axis{"", what.unit, std::floor(least / step) * step, std::ceil(most / step) * step};
    axis.to = std::max(axis.to, axis.from + span);
    if (what.cap > 0 && axis.to > what.cap) {
        axis.to = what.cap;
        axis.from = std::min(axis.from, what.cap - span);
    }
    return axis;
}

std::string number_of(const dot_measure& what, double value) {
    const std::string text = grouped(value, what.decimals);
    const bool positive = value > 0 && text.find_first_not_of("0.,") != std::string::npos;
    return what.signs && positive ? "+" + text : text;
}

/// Room for the widest value beside its dots.
double values_width(const dot_measure& what) {
    std::size_t longest = 0;
    for (const seed_range& each : what.values)
        longest =
            std::max(longest, number_of(what, each.mean).size() - (each.mean < 0 ? 2 : 0)); // a minus has 3 bytes
    return 12 + digit_width * static_cast<double>(longest);
}

std::vector<panel> panels_of(const dot_figure& what) {
    constexpr double gap = 34; // a tick at the end of an axis reaches into it
    std::size_t longest = 0;
    for (const std::string& name : what.policies) longest = std::max(longest, std::min(longest_name, name.size()));
    double left = 14 + digit_width * static_cast<double>(longest);
    double room = paper_width - left - gap * static_cast<double>(what.measures.size() - 1);
    double shares = 0;
    for (const dot_measure& each : what.measures) {
        room -= values_width(each);
        shares += each.share;
    }
    std::vector<panel> told;
    for (const dot_measure& each : what.measures) {
        const double width = room * each.share / shares;
        const int parts = std::max(2, static_cast<int>(width / 62));
        const plot_axis axis = axis_of(each);
        told.push_back({&each, axis, round_step(axis.to - axis.from, parts), left, left + width});
        left += width + values_width(each) + gap;
    }
    return told;
}

/// The grid of one panel, its ticks, heading and limit.
std::string panel_svg(const panel& on, const rows& at) {
    std::string lines;
    std::string texts;
    const int decimals = on.step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(on.step) - 1e-9));
    for (double k = std::ceil(on.axis.from / on.step - 1e-6); k * on.step <= on.axis.to + on.step * 1e-6; ++k) {
        const double x = on.x(k * on.step);
        lines += fmt::format(R"(<path d="M{:.1f} {:.1f}V{:.1f}"/>)", x, at.top, at.bottom);
        texts += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}{}</text>)", x, at.bottom + 19,
                             grouped(k * on.step, decimals), html_text(on.axis.unit));
    }
    std::string svg = R"(<g class="grid">)" + lines + "</g>" + texts;
    if (!on.of->heading.empty())
        svg += fmt::format(R"(<text class="name" x="{:.1f}" y="{:.1f}">{}</text>)", on.left, at.heading,
                           html_text(on.of->heading));
    if (on.of->zero)
        svg += fmt::format(R"(<path class="zero" d="M{:.1f} {:.1f}V{:.1f}"/>)", on.x(0), at.top, at.bottom);
    if (on.of->limit > 0) {
        const double x = on.x(on.of->limit);
        const double half = 0.5 * digit_width * static_cast<double>(on.of->limit_name.size());
        svg += fmt::format(R"(<path class="limit" d="M{:.1f} {:.1f}V{:.1f}"/>)", x, at.top - 4, at.bottom);
        svg += fmt::format(R"(<text class="name" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)",
                           std::min(x, paper_width - half), at.top - 10, html_text(on.of->limit_name));
    }
    return svg;
}

/// One policy's dot, range and number in one panel.
std::string dot_svg(const panel& on, std::size_t row, double y, bool several) {
    const seed_range& of = on.of->values[row];
    const std::string number = number_of(*on.of, of.mean);
    std::string told = number + html_text(on.axis.unit);
    if (several)
        told += fmt::format(" ({}\u2013{} over seeds)", grouped(of.least, on.of->decimals),
                            grouped(of.most, on.of->decimals));
    std::string svg = fmt::format("<g><title>{}</title>", told);
    if (several)
        svg +=
            fmt::format(R"(<path class="whisker" d="M{:.1f} {:.1f}H{:.1f}"/>)", on.x(of.least), y, on.x(of.most));
    svg += fmt::format(R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3.6"/>)", on.x(of.mean), y);
    return svg + fmt::format(R"(<text x="{:.1f}" y="{:.1f}" dy=".35em" text-anchor="end">{}</text></g>)",
                             on.right + values_width(*on.of), y, number);
}

std::string dots_svg(const dot_figure& what) {
    const auto any = [&](auto&& has) { return std::any_of(what.measures.begin(), what.measures.end(), has); };
    const double headings = any([](const auto& each) { return !each.heading.empty(); }) ? 22 : 0;
    const double limits = any([](const auto& each) { return each.limit > 0; }) ? 20 : 0;
    const double top = 6 + headings + limits;
    const rows at{13, top, top + row_height * static_cast<double>(what.policies.size())};
    const std::vector<panel> panels = panels_of(what);
    std::string svg = fmt::format(R"(<svg class="dots" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">)",
                                  paper_width, at.bottom + 30, html_text(what.title));
    std::string series;
    for (std::size_t i = 0; i < what.policies.size(); ++i) {
        const double y = at.y(i);
        series += fmt::format(R"(<g {}><rect class="row-hit" x="0" y="{:.1f}" width="{:.0f}" height="{:.0f}"/>)",
                              style_attributes(i, "series"), y - row_height / 2, paper_width, row_height);
        series += fmt::format(R"(<text class="name" x="{:.1f}" y="{:.1f}" dy=".35em" text-anchor="end">{}</text>)",
                              panels.front().left - 12, y, html_text(shortened(what.policies[i], longest_name)));
        for (const panel& each : panels) {
            series += fmt::format(R"(<path class="guide" d="M{:.1f} {:.1f}H{:.1f}"/>)", each.left, y, each.right);
            series += dot_svg(each, i, y, what.several);
        }
        series += "</g>\n";
    }
    for (const panel& each : panels) svg += panel_svg(each, at);
    return svg + series + "</svg>\n";
}

} // namespace

std::string dots_html(const dot_figure& what) {
    return fmt::format("<figure class=\"card\">\n<figcaption><h2>{}</h2><p>{}</p></figcaption>\n"
                       "<div class=\"scroll\">{}</div></figure>\n",
                       html_text(what.title), what.note, dots_svg(what));
}

} // namespace replay_program
