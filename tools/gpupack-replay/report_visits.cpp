// SPDX-License-Identifier: Apache-2.0
#include "report_visits.hpp"

#include "report_dots.hpp"
#include "report_kinds.hpp"
#include "report_page.hpp"
#include "report_plots.hpp"
#include "report_text.hpp"
#include "summary_visits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace replay_program {

namespace {

using policies_view = const std::vector<visits_summary>&;

/// "mig-scarcity accepts most, 90.3 %", and the others that do.
std::string claim(policies_view policies) {
    const std::string name = html_text(policies.front().policy);
    const std::string part = percent_text(policies.front().accepted_size.mean);
    const std::size_t tied = tied_with_best(policies, &visits_summary::accepted_size);
    if (policies.size() == 1) return fmt::format("{} accepts {}", name, part);
    if (tied == policies.size())
        return tied == 2 ? fmt::format("Both policies accept {}", part)
                         : fmt::format("All {} policies accept {}", tied, part);
    if (tied == 2) return fmt::format("{} and {} accept most, {}", name, html_text(policies[1].policy), part);
    if (tied > 2) return fmt::format("{} policies accept most, {}", tied, part);
    return fmt::format("{} accepts most, {}", name, part);
}

/// The next and the last of those that accept less.
std::string beside(policies_view policies) {
    const std::size_t tied = tied_with_best(policies, &visits_summary::accepted_size);
    if (tied == policies.size()) return "";
    const visits_summary& next = policies[tied];
    const visits_summary& last = policies.back();
    const std::string least = percent_text(last.accepted_size.mean);
    if (&next == &last) return fmt::format("<small>{} accepts {}.</small>", html_text(last.policy), least);
    return fmt::format("<small>Next is {} with {}; {} accepts least, {}.</small>", html_text(next.policy),
                       percent_text(next.accepted_size.mean), html_text(last.policy), least);
}

std::string headline(policies_view policies, const std::string& unit, double bound) {
    return fmt::format(
        "<p class=\"headline\">{} of the {} request for; without fragmentation <span>at most {}</span> "
        "could be.{}</p>\n",
        claim(policies), html_text(unit), percent_text(bound), beside(policies));
}

std::vector<seed_range> each(policies_view policies, seed_range visits_summary::*measure) {
    std::vector<seed_range> told;
    for (const visits_summary& policy : policies) told.push_back(policy.*measure);
    return told;
}

/// Medians in thousands: what a slow moment of the machine makes of one seed says nothing of a policy.
std::vector<seed_range> rates(policies_view policies) {
    std::vector<seed_range> told;
    for (const visits_summary& policy : policies)
        told.push_back({policy.rate / 1000, policy.rates.least / 1000, policy.rates.most / 1000});
    return told;
}

std::string plots(policies_view policies, const std::string& unit, double bound, bool several) {
    const std::string seeds = several ? " Lines are the range over the seeds." : "";
    std::vector<std::string> names;
    for (const visits_summary& policy : policies) names.push_back(policy.policy);
    dot_measure size;
    size.unit = "\u202f%";
    size.cap = 100;
    size.limit = bound;
    size.limit_name = "at most " + percent_text(bound);
    size.values = each(policies, &visits_summary::accepted_size);
    std::string html = dots_html({"Accepted by size",
                                  "Percent of the " + html_text(unit) +
                                      " that were request for; dotted, what a cluster without fragmentation could "
                                      "take at most." +
                                      seeds,
                                  several,
                                  names,
                                  {size}});
    dot_measure number;
    number.heading = "Accepted by number";
    number.unit = size.unit;
    number.cap = 100;
    number.values = each(policies, &visits_summary::accepted);
    dot_measure active;
    active.heading = "Mean active GPUs";
    active.values = each(policies, &visits_summary::active);
    dot_measure rate;
    rate.heading = "Decisions a second, thousands";
    rate.from_zero = true;
    rate.values = rates(policies);
    rate.decimals =
        std::all_of(rate.values.begin(), rate.values.end(), [](auto& of) { return of.mean >= 100; }) ? 0 : 1;
    return html +
           dots_html({"Tasks, GPUs and speed",
                      "Active GPUs have something on them, as a mean over time: at the same acceptance, fewer "
                      "is better. Speed depends on the machine." +
                          seeds,
                      several,
                      names,
                      {number, active, rate}});
}

/// How close together tasks were placed; nothing where there is nothing to tell.
std::string places_plot(policies_view policies, const run_record& any, bool several) {
    const visits_summary& first = policies.front();
    dot_figure figure{
        "How close together",
        "Tasks of several GPUs on one node, on a set as good as the best of an empty node; their mean "
        "link score beside it; and gangs whose members are all in one domain of a level.",
        several,
        {},
        {}};
    for (const visits_summary& policy : policies) figure.policies.push_back(policy.policy);
    const auto add = [&](std::string heading, auto&& value) {
        dot_measure measure;
        measure.heading = std::move(heading);
        measure.unit = "\u202f%";
        measure.cap = 100;
        measure.decimals = 1;
        for (const visits_summary& policy : policies) measure.values.push_back(value(policy));
        figure.measures.push_back(std::move(measure));
    };
    if (first.has_links) {
        add("On their best set", [](const auto& of) { return of.on_best; });
        add("Mean link score", [](const auto& of) { return of.link; });
    }
    for (std::size_t level = 1; level + 1 < first.within.size(); ++level)
        add("Gangs in one " + any.visits->levels[level], [&](const auto& of) { return of.within[level]; });
    return figure.measures.empty() ? "" : dots_html(figure);
}

std::string range_cell(const seed_range& of, int decimals, bool several) {
    return several ? fmt::format("<td class=\"range\">{}\u2013{}</td>", grouped(of.least, decimals),
                                 grouped(of.most, decimals))
                   : "";
}

std::string table(policies_view policies, bool several) {
    const std::string range = several ? "<th scope=\"col\">min\u2013max</th>" : "";
    std::string html =
        "<section class=\"card\">\n<h2>Policies</h2>\n<p>Most accepted by size first. A task that does "
        "not fit when it comes is refused. The first ten mean stays, while the cluster fills, are left "
        "out.";
    if (several) html += " Means over the seeds; decisions a second are medians.";
    html += "</p>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Policy</th>"
            "<th scope=\"col\">Accepted<br>by size %</th>" +
            range + "<th scope=\"col\">Accepted<br>by number %</th>" + range +
            "<th scope=\"col\">Active<br>GPUs</th>" + range +
            "<th scope=\"col\">Decisions<br>a second</th></tr></thead>\n<tbody>\n";
    const std::size_t tied = tied_with_best(policies, &visits_summary::accepted_size);
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const visits_summary& policy = policies[i];
        const bool best = i < tied && tied < policies.size();
        html += fmt::format("<tr {}><th scope=\"row\"><i class=\"pip\"></i>{}{}</th>",
                            style_attributes(i, best ? "best" : "row"), html_text(policy.policy),
                            best ? "<span class=\"tag\">best</span>" : "");
        html += fmt::format("<td>{}</td>{}", grouped(policy.accepted_size.mean, 2),
                            range_cell(policy.accepted_size, 2, several));
        html +=
            fmt::format("<td>{}</td>{}", grouped(policy.accepted.mean, 2), range_cell(policy.accepted, 2, several));
        html += fmt::format("<td>{}</td>{}", grouped(policy.active.mean, 1), range_cell(policy.active, 1, several));
        html += fmt::format("<td>{}</td></tr>\n", grouped(policy.rate));
    }
    return html + "</tbody>\n</table></div>\n</section>\n";
}

} // namespace

std::string visits_html(const std::vector<run_record>& runs, const std::string& command) {
    const auto policies = summarise_visits(runs);
    const run_record& any = runs.front();
    const std::string& unit = any.visits->unit;
    const double bound = bound_of(runs);
    const bool several = policies.front().seeds > 1;
    const bool came = std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run.tasks > 0; });
    std::string body =
        came ? headline(policies, unit, bound) : "<p class=\"headline\">No task came, so none was accepted.</p>\n";
    body += facts(runs, {"Load", fmt::format("{}\u202f% of the capacity in {}", grouped(100 * any.load), unit)});
    body += command;
    if (came)
        body += plots(policies, unit, bound, several) + places_plot(policies, any, several) +
                kinds_html(policies, runs) + table(policies, several);
    return body + fmt::format("<footer>{} of {}.</footer>\n", counted(runs.size(), "run"),
                              policies.size() == 1 ? "1 policy" : grouped(policies.size()) + " policies");
}

} // namespace replay_program
