#include "report_visits.hpp"

#include "report_page.hpp"
#include "report_plots.hpp"
#include "report_text.hpp"
#include "summary_visits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace replay_program {

namespace {

using policies_view = const std::vector<visits_summary>&;

/// A measure as one dot a policy, with a line over its seeds.
///
/// limit  drawn across; none where it is 0
struct dot_plot {
    std::string title;
    std::string note;
    std::string unit;
    seed_range visits_summary::*measure = nullptr;
    double limit = 0;
    std::string limit_name;
};

/// Where the axis begins and ends: round steps around all values and the limit.
std::pair<double, double> axis_of(const dot_plot& what, policies_view policies) {
    double least = (policies.front().*what.measure).least;
    double most = std::max((policies.front().*what.measure).most, what.limit);
    for (const visits_summary& each : policies) {
        least = std::min(least, (each.*what.measure).least);
        most = std::max(most, (each.*what.measure).most);
    }
    const double step = round_step(std::max(most - least, 0.1), 6);
    const double from = std::floor(least / step) * step;
    return {from, std::max(std::ceil(most / step) * step, from + step)};
}

std::string dots_svg(const dot_plot& what, policies_view policies) {
    constexpr double left = 210;
    constexpr double right = 980;
    constexpr double row = 24;
    constexpr double top = 26;
    const double bottom = top + row * static_cast<double>(policies.size());
    const auto [from, to] = axis_of(what, policies);
    const auto x = [&, begin = from, end = to](double value) {
        return left + (value - begin) / (end - begin) * (right - left);
    };
    std::string svg = fmt::format(
        R"(<svg style="min-width:680px" viewBox="0 0 1080 {:.0f}" role="img" aria-label="{}"><g class="grid">)",
        bottom + 34, html_text(what.title));
    const double step = round_step(to - from, 8);
    const int decimals = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
    std::string texts;
    for (double k = std::ceil(from / step - 1e-6); k * step <= to + step * 1e-6; ++k) {
        svg += fmt::format(R"(<path d="M{:.1f} {:.1f}V{:.1f}"/>)", x(k * step), top, bottom);
        texts += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}{}</text>)", x(k * step),
                             bottom + 19, grouped(k * step, decimals), what.unit);
    }
    svg += "</g>" + texts;
    if (what.limit > 0)
        svg += fmt::format(
            R"(<path class="ideal" d="M{0:.1f} {1:.1f}V{2:.1f}"/><text x="{0:.1f}" y="{3:.1f}" text-anchor="middle">{4}</text>)",
            x(what.limit), top - 4, bottom, top - 10, html_text(what.limit_name));
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const seed_range& of = policies[i].*what.measure;
        const double y = top + row * (static_cast<double>(i) + 0.5);
        svg += fmt::format(R"(<g {}><title>{}: {}{} ({}–{} over seeds)</title>)", style_attributes(i, "series"),
                           html_text(policies[i].policy), grouped(of.mean, 2), what.unit, grouped(of.least, 2),
                           grouped(of.most, 2));
        svg += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" dy=".35em" text-anchor="end">{}</text>)", left - 12, y,
                           html_text(policies[i].policy));
        svg += fmt::format(R"(<path class="line" d="M{:.1f} {:.1f}H{:.1f}"/>)", x(of.least), y, x(of.most));
        svg += fmt::format(R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="4.5"/>)", x(of.mean), y);
        svg += fmt::format(R"(<text class="value" x="{:.1f}" y="{:.1f}" dy=".35em">{}</text></g>)", right + 14, y,
                           grouped(of.mean, 2));
    }
    return svg + "</svg>\n";
}

std::string dots_html(const dot_plot& what, policies_view policies) {
    return fmt::format("<figure class=\"card\">\n<figcaption><h2>{}</h2><p>{}</p></figcaption>\n"
                       "<div class=\"scroll\">{}</div></figure>\n",
                       html_text(what.title), html_text(what.note), dots_svg(what, policies));
}

std::string headline(policies_view policies, const run_record& any, double bound) {
    const visits_summary& best = policies.front();
    std::string told = fmt::format(
        "{} accepts {}{}\u202f% of the {} asked for; without fragmentation <span>at most {}\u202f%</span> "
        "could be.",
        html_text(best.policy), policies.size() > 1 ? "most, " : "", grouped(best.accepted_size.mean, 1),
        html_text(any.visits->unit), grouped(bound, 1));
    if (policies.size() > 2)
        told += fmt::format("<small>Next is {} with {}\u202f%; {} accepts least, {}\u202f%.</small>",
                            html_text(policies[1].policy), grouped(policies[1].accepted_size.mean, 1),
                            html_text(policies.back().policy), grouped(policies.back().accepted_size.mean, 1));
    return "<p class=\"headline\">" + told + "</p>\n";
}

std::string table(policies_view policies, bool several) {
    std::string html =
        "<section class=\"card\">\n<h2>Policies</h2>\n<p>A task that does not fit when it comes is refused. ";
    html += "The first ten mean stays, while the cluster fills, are left out.";
    if (several) html += " Means over the seeds; decisions a second are medians.";
    html += "</p>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Policy</th><th "
            "scope=\"col\">Accepted<br>% "
            "by number</th><th scope=\"col\">Accepted<br>% by size</th>";
    if (several) html += "<th scope=\"col\">min\u2013max</th>";
    html +=
        "<th scope=\"col\">Active<br>GPUs</th><th scope=\"col\">Decisions<br>a second</th></tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const visits_summary& each = policies[i];
        html += fmt::format("<tr {}><th scope=\"row\">{}{}</th><td>{}</td><td>{}</td>", style_attributes(i, "row"),
                            line_sample(i), html_text(each.policy), grouped(each.accepted.mean, 2),
                            grouped(each.accepted_size.mean, 2));
        if (several)
            html += fmt::format("<td class=\"range\">{}\u2013{}</td>", grouped(each.accepted_size.least, 2),
                                grouped(each.accepted_size.most, 2));
        html += fmt::format("<td>{}</td><td>{}</td></tr>\n", grouped(each.active.mean, 1), grouped(each.rate));
    }
    return html + "</tbody>\n</table></div>\n</section>\n";
}

/// Policies by kinds of task, darker the further below the best of the kind.
std::string kinds_html(policies_view policies, const run_record& any) {
    std::string html = "<section class=\"card\">\n<h2>Accepted by kind of task</h2>\n<p>Percent by number. The "
                       "darker, the further below the "
                       "best policy for that kind; ten points and more are darkest.</p>\n<div "
                       "class=\"scroll\"><table>\n<thead><tr><th "
                       "scope=\"col\">Policy</th>";
    for (const std::string& name : any.visits->names)
        html += fmt::format("<th scope=\"col\">{}</th>", html_text(name));
    html += "</tr></thead>\n<tbody>\n";
    std::vector<double> best(any.visits->names.size(), 0);
    for (const visits_summary& each : policies)
        for (std::size_t kind = 0; kind < best.size(); ++kind)
            best[kind] = std::max(best[kind], each.by_kind[kind]);
    for (std::size_t i = 0; i < policies.size(); ++i) {
        html += fmt::format("<tr {}><th scope=\"row\">{}{}</th>", style_attributes(i, "row"), line_sample(i),
                            html_text(policies[i].policy));
        for (std::size_t kind = 0; kind < best.size(); ++kind) {
            const double behind = std::clamp((best[kind] - policies[i].by_kind[kind]) / 10, 0.0, 1.0);
            html += fmt::format("<td style=\"background:rgba(217,86,11,{:.2f})\">{}</td>", 0.55 * behind,
                                grouped(policies[i].by_kind[kind], 1));
        }
        html += "</tr>\n";
    }
    return html + "</tbody>\n</table></div>\n</section>\n";
}

} // namespace

std::string visits_html(const std::vector<run_record>& runs, const std::string& command) {
    const auto policies = summarise_visits(runs);
    const run_record& any = runs.front();
    const double bound = bound_of(runs);
    const bool several =
        std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run.seed != any.seed; });
    std::string body = headline(policies, any, bound);
    body += facts(
        runs, {"Load", fmt::format("{}\u202f% of the capacity in {}", grouped(100 * any.load), any.visits->unit)});
    body += command;
    const std::string seeds = several ? " The line is the range over the seeds." : "";
    body += dots_html({"Accepted by size", "Percent of the " + any.visits->unit + " that came." + seeds, "\u202f%",
                       &visits_summary::accepted_size, bound, "bound without fragmentation"},
                      policies);
    body += dots_html({"Mean active GPUs",
                       "GPUs with something on them, over time: fewer for the same acceptance is better." + seeds,
                       "", &visits_summary::active, 0, ""},
                      policies);
    body += kinds_html(policies, any) + table(policies, several);
    return body + fmt::format("<footer>{} of {}.</footer>\n", counted(runs.size(), "run"),
                              policies.size() == 1 ? "1 policy" : grouped(policies.size()) + " policies");
}

} // namespace replay_program
