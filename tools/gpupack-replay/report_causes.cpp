// SPDX-License-Identifier: Apache-2.0
#include "report_causes.hpp"

#include "report_dots.hpp"
#include "report_plots.hpp"
#include "report_shade.hpp"
#include "report_text.hpp"
#include "summary_measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace replay_program {

namespace {

using policies_view = const std::vector<policy_summary>&;

bool several_seeds(policies_view policies) {
    return std::any_of(policies.begin(), policies.end(), [](const auto& each) { return each.runs.size() > 1; });
}

std::vector<std::string> names_of(policies_view policies) {
    std::vector<std::string> names;
    for (const policy_summary& each : policies) names.push_back(each.name);
    return names;
}

std::string seeds_note(policies_view policies) {
    return several_seeds(policies) ? " Lines are the range over the seeds." : "";
}

std::string range_note(const seed_range& of, int decimals, bool several) {
    return several
               ? fmt::format(" ({}\u2013{} over seeds)", grouped(of.least, decimals), grouped(of.most, decimals))
               : "";
}

/// "+1.7".
std::string signed_text(double value, int decimals) {
    const std::string text = grouped(value, decimals);
    return value > 0 && text.find_first_not_of("0.,") != std::string::npos ? "+" + text : text;
}

} // namespace

std::string bound_html(policies_view policies) {
    const auto bound = bound_over_seeds(policies.front());
    if (!bound || policies.front().runs.front()->compute == 0) return "";
    dot_measure allocated;
    allocated.heading = "Allocated at the end";
    allocated.unit = "\u202f%";
    allocated.cap = 100;
    allocated.limit = bound->mean;
    allocated.limit_name = fmt::format("at most {}\u202f%", grouped(bound->mean, 2));
    for (const policy_summary& each : policies) allocated.values.push_back(each.allocated);
    dot_figure figure{
        "What any policy could have allocated",
        "Dotted: no policy could allocate more of these arrivals, had it known them all beforehand and "
        "dropped whichever it liked.",
        several_seeds(policies),
        names_of(policies),
        {std::move(allocated)}};
    if (const policy_summary* const from = gap_from(policies)) {
        dot_measure closed;
        closed.heading = "Gap closed";
        closed.unit = "\u202f%";
        closed.decimals = 1;
        closed.zero = true;
        for (const policy_summary& each : policies)
            closed.values.push_back(gap_closed(each, *from).value_or(seed_range{}));
        figure.note += fmt::format(" Gap closed: how far of the way from {} to there.", html_text(from->name));
        figure.measures.push_back(std::move(closed));
    }
    figure.note += seeds_note(policies);
    return dots_html(figure);
}

namespace {

constexpr double paper_width = 1080;
constexpr double row_height = 22;
constexpr double bar_height = 13;
constexpr double digit_width = 7.3; // of the style sheet's SVG text, rounded up
constexpr std::size_t longest_name = 28;

/// Where the bars stand.
struct bar_axis {
    double left;
    double right;
    double to; // percent of the GPUs at the right end

    [[nodiscard]] double x(double value) const { return left + value / to * (right - left); }
};

bar_axis axis_for(policies_view policies, const std::vector<measure>& causes) {
    std::size_t longest = 0;
    double most = 0;
    for (const policy_summary& policy : policies) {
        longest = std::max(longest, std::min(longest_name, policy.name.size()));
        double sum = 0;
        for (const measure& cause : causes) sum += over_seeds(policy, cause).mean;
        most = std::max(most, sum);
    }
    const double step = round_step(std::max(most, 0.1), 8);
    return {14 + digit_width * static_cast<double>(longest), paper_width - 60,
            std::ceil(most / step - 1e-9) * step};
}

std::string grid_svg(const bar_axis& axis, double bottom) {
    const double step = round_step(axis.to, 8);
    const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
    std::string lines;
    std::string texts;
    for (int k = 0; k * step <= axis.to + step * 1e-6; ++k) {
        lines += fmt::format(R"(<path d="M{:.1f} 4V{:.1f}"/>)", axis.x(k * step), bottom);
        texts += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}&#8239;%</text>)",
                             axis.x(k * step), bottom + 19, grouped(k * step, decimals));
    }
    return R"(<g class="grid">)" + lines + "</g>" + texts;
}

std::string bar_svg(const policy_summary& policy, std::size_t style, const std::vector<measure>& causes,
                    const bar_axis& axis, double y) {
    std::string svg =
        fmt::format(R"(<g {}><rect class="row-hit" x="0" y="{:.1f}" width="{:.0f}" height="{:.0f}"/>)",
                    style_attributes(style, "series"), y - row_height / 2, paper_width, row_height);
    svg += fmt::format(R"(<text class="name" x="{:.1f}" y="{:.1f}" dy=".35em" text-anchor="end">{}</text>)",
                       axis.left - 12, y, html_text(shortened(policy.name, longest_name)));
    double sum = 0;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        const seed_range of = over_seeds(policy, causes[i]);
        const double from = axis.x(sum);
        sum += of.mean;
        svg += fmt::format(
            R"(<rect class="cause-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.0f}"><title>{}: {}&#8239;%{}</title></rect>)",
            i, from, y - bar_height / 2, axis.x(sum) - from, bar_height, html_text(causes[i].name),
            grouped(of.mean, 2), range_note(of, 2, policy.runs.size() > 1));
    }
    return svg + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" dy=\".35em\">{}</text></g>\n", axis.x(sum) + 7, y,
                             grouped(sum, 2));
}

const std::string idle_note = "Percent of the GPUs. Typical tasks are those that make up 95\u202f% of the "
                              "workload. Free compute is too small where "
                              "no typical task finds room on the GPU, or on as many GPUs of the node as it "
                              "needs; else the model is wrong where "
                              "none that does takes it; else CPU or memory of the node is short; and where a "
                              "typical task would still fit, there "
                              "is no cause.";

std::string rounded_note(const std::vector<measure>& causes) {
    return causes.back().name == rounded_up ? " Rounded up is what tasks hold beyond what they request for." : "";
}

} // namespace

std::string idle_html(const std::vector<run_record>& runs, policies_view policies) {
    const auto causes = idle_measures(runs);
    if (causes.empty() || runs.front().compute == 0) return "";
    const bar_axis axis = axis_for(policies, causes);
    if (axis.to <= 0) return "";
    std::string html =
        fmt::format("<figure class=\"card\">\n<figcaption><h2>Why GPUs are idle at the end</h2><p>{}</p>"
                    "</figcaption>\n<div class=\"causes-key\">",
                    idle_note + rounded_note(causes));
    for (std::size_t i = 0; i < causes.size(); ++i)
        html += fmt::format(
            "<span><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"cause-{}\" width=\"10\" "
            "height=\"10\"/></svg>{}</span>",
            i, html_text(causes[i].name));
    const double bottom = 6 + row_height * static_cast<double>(policies.size());
    html +=
        fmt::format("</div>\n<div class=\"scroll\"><svg class=\"dots\" viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
                    "aria-label=\"Why GPUs are idle at the end\">",
                    paper_width, bottom + 30);
    html += grid_svg(axis, bottom);
    for (std::size_t i = 0; i < policies.size(); ++i)
        html += bar_svg(policies[i], i, causes, axis, 6 + row_height * (static_cast<double>(i) + 0.5));
    return html + "</svg></div></figure>\n";
}

std::string paired_html(const std::vector<run_record>& runs, policies_view policies) {
    const policy_summary* const against = paired_with(policies);
    auto measures = idle_measures(runs);
    if (against == nullptr || measures.empty() || runs.front().compute == 0) return "";
    measures.insert(measures.begin(),
                    {"allocated", [](const run_record& run) { return run.result.allocated_percent; }});
    dot_figure figure{
        "Against fgd, seed by seed",
        "Allocated, and idle by cause, less the same of fgd on the same arrivals and nodes, in percent of "
        "the GPUs. Lines are the range of these differences.",
        true,
        names_of(policies),
        {}};
    for (const measure& each : measures) {
        dot_measure panel;
        panel.heading = each.name;
        panel.heading[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(panel.heading[0])));
        panel.zero = true;
        panel.signs = true;
        for (const policy_summary& policy : policies) panel.values.push_back(paired(policy, *against, each));
        figure.measures.push_back(std::move(panel));
    }
    return dots_html(figure);
}

namespace {

/// A table with a column a size, the cells shaded by how much worse they are than the best.
std::string size_table(const std::string& title, const std::string& note, const std::vector<measure>& shares,
                       const std::vector<measure>& arrived, policies_view policies) {
    const policy_summary* const against = paired_with(policies);
    std::string html = fmt::format("<section class=\"card\">\n<h2>{}</h2>\n<p>{}{}</p>\n{}", title, note,
                                   against == nullptr ? ""
                                                      : " Below, the points by which it is more than under fgd, "
                                                        "seed by seed.",
                                   shade_key("points above the best"));
    html += "<div class=\"scroll\"><table class=\"kinds\">\n<thead><tr><th scope=\"col\">Policy</th>";
    for (const measure& each : shares) html += fmt::format("<th scope=\"col\">{}</th>", html_text(each.name));
    html += "</tr>\n<tr class=\"share\"><th scope=\"row\">tasks that arrived</th>";
    for (const measure& each : arrived)
        html += fmt::format("<td>{}</td>", grouped(over_seeds(policies.front(), each).mean));
    html += "</tr></thead>\n<tbody>\n";
    std::vector<double> best(shares.size(), std::numeric_limits<double>::infinity());
    for (const policy_summary& policy : policies)
        for (std::size_t i = 0; i < shares.size(); ++i)
            best[i] = std::min(best[i], over_seeds(policy, shares[i]).mean);
    for (std::size_t p = 0; p < policies.size(); ++p) {
        html += fmt::format("<tr {}><th scope=\"row\"><i class=\"pip\"></i>{}</th>", style_attributes(p, "row"),
                            html_text(policies[p].name));
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const seed_range of = over_seeds(policies[p], shares[i]);
            const bool several = policies[p].runs.size() > 1;
            html += fmt::format("<td style=\"--p:{:.2f}\" title=\"{}\u202f%{}", shade(of.mean - best[i]),
                                grouped(of.mean, 2), range_note(of, 2, several));
            std::string below;
            if (against != nullptr && against != &policies[p]) {
                const seed_range less = paired(policies[p], *against, shares[i]);
                html += fmt::format("; {} ({} to {}) against fgd", signed_text(less.mean, 2),
                                    signed_text(less.least, 2), signed_text(less.most, 2));
                below = fmt::format("<small>{}</small>", signed_text(less.mean, 1));
            } else if (against != nullptr) {
                below = "<small>\u2013</small>";
            }
            html += fmt::format("\">{}{}</td>", grouped(of.mean, 1), below);
        }
        html += "</tr>\n";
    }
    return html + "</tbody>\n</table></div>\n</section>\n";
}

} // namespace

std::string sizes_html(const std::vector<run_record>& runs, policies_view policies) {
    const auto arrived = arrived_counts(runs);
    if (arrived.empty()) return "";
    std::string html = size_table(
        "Failed by size",
        "Percent of the tasks of that size that arrived: without GPUs, with a part of one, and with whole "
        "ones; tasks of 3 GPUs count with those of 4, of 5 and more with those of 8.",
        failed_measures(runs), arrived, policies);
    if (const auto waited = waited_measures(runs); !waited.empty())
        html += size_table("Waited by size",
                           "Percent of the tasks of that size that arrived and were placed later than that.",
                           waited, arrived, policies);
    return html;
}

} // namespace replay_program
