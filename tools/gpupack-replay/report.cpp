// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "report_causes.hpp"
#include "report_heat.hpp"
#include "report_page.hpp"
#include "report_plots.hpp"
#include "report_series.hpp"
#include "report_text.hpp"
#include "report_visits.hpp"
#include "summary.hpp"
#include "summary_measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace replay_program {

namespace {

using policies_view = const std::vector<policy_summary>&;

/// "fgd wastes least: it allocates 95.0 % of the GPUs; 311 of 6,238 GPUs are left unallocated at the end."
std::string claim(policies_view policies, bool timed) {
    const policy_summary& best = policies.front();
    const std::size_t tied = tied_with_best(policies, &policy_summary::allocated);
    const std::string left =
        fmt::format("<span>{} of {}</span> are left unallocated {}.", grouped(best.unallocated),
                    counted(best.runs.front()->gpus, "GPU"), timed ? "on average over time" : "at the end");
    const std::string part = percent_text(best.allocated.mean) + " of the GPUs";
    const std::string name = html_text(best.name);
    if (policies.size() == 1) return fmt::format("{} allocates {}: {}", name, part, left);
    const std::string among = tied == 2 && policies.size() == 2 ? "Both policies"
                              : tied == policies.size()         ? fmt::format("All {} policies", tied)
                                                                : fmt::format("{} policies", tied);
    if (tied == policies.size()) return fmt::format("{} allocate {}: {}", among, part, left);
    if (tied > 1) return fmt::format("{} share the least waste with {} allocated: {}", among, part, left);
    return fmt::format("{} wastes least: it allocates {}; {}", name, part, left);
}

/// What the others leave unallocated; in a timeline, how long tasks wait.
std::string beside(policies_view policies, bool timed) {
    if (timed) {
        const auto [least, most] =
            std::minmax_element(policies.begin(), policies.end(),
                                [](const auto& a, const auto& b) { return a.mean_wait < b.mean_wait; });
        if (most->mean_wait <= 0) return "No task waits.";
        if (policies.size() == 1) return fmt::format("Tasks wait {} on average.", duration_text(most->mean_wait));
        return fmt::format("Tasks wait least with {}, {} on average, and longest with {}, {}.",
                           html_text(least->name), duration_text(least->mean_wait), html_text(most->name),
                           duration_text(most->mean_wait));
    }
    const std::size_t tied = tied_with_best(policies, &policy_summary::allocated);
    if (tied == policies.size()) return "";
    const policy_summary& next = policies[tied];
    const policy_summary& last = policies.back();
    if (&next == &last) return fmt::format("{} leaves {}.", html_text(last.name), grouped(last.unallocated));
    return fmt::format("Next is {} with {} unallocated; {} leaves most, {}.", html_text(next.name),
                       grouped(next.unallocated), html_text(last.name), grouped(last.unallocated));
}

std::string headline(policies_view policies, bool timed) {
    if (policies.front().runs.front()->gpus == 0)
        return "<p class=\"headline\">The cluster has no GPUs, so nothing could be allocated.</p>\n";
    std::string more = beside(policies, timed);
    if (const auto bound = bound_over_seeds(policies.front()))
        more += fmt::format("{}No policy could have allocated more than {}\u202f%.", more.empty() ? "" : " ",
                            grouped(bound->mean, 2));
    return fmt::format("<p class=\"headline\">{}{}</p>\n", claim(policies, timed),
                       more.empty() ? "" : "<small>" + more + "</small>");
}

/// How tasks arrive, as a name and a value.
std::pair<const char*, std::string> load_of(const std::vector<run_record>& runs, bool timed) {
    if (timed) return {"Arrivals", "in recorded time"};
    const double load = runs.front().load;
    return {"Load", load > 0 ? grouped(100 * load) + "\u202f% of GPUs" : std::string{}};
}

std::string legend(policies_view policies, bool ideal) {
    std::string html = "<div class=\"legend\" role=\"group\" aria-label=\"Policies\">\n";
    for (std::size_t i = 0; i < policies.size(); ++i)
        html += fmt::format("<button type=\"button\" {}>{}{}</button>\n", style_attributes(i, "chip"),
                            line_sample(i), html_text(policies[i].name));
    if (ideal)
        html += "<span class=\"chip plain\"><svg class=\"sample\" viewBox=\"0 0 30 8\" aria-hidden=\"true\">"
                "<path class=\"ideal\" d=\"M1 4H29\"/></svg>at most</span>\n";
    return html + "</div>\n";
}

std::string range_text(const seed_range& of, bool several) {
    if (!several) return "";
    return fmt::format("{}\u2013{}", grouped(of.least, 2), grouped(of.most, 2));
}

/// The cells of a row, after the policy's name.
std::string cells(const policy_summary& policy, bool timed, bool several, double most_unallocated) {
    std::string html = fmt::format("<td>{}</td>", grouped(policy.allocated.mean, 2));
    if (several)
        html += fmt::format("<td class=\"range\">{}</td>", range_text(policy.allocated, policy.runs.size() > 1));
    const double part = most_unallocated > 0 ? std::clamp(policy.unallocated / most_unallocated, 0.0, 1.0) : 0;
    html += fmt::format("<td>{}</td><td class=\"bar\"><i style=\"width:{:.1f}%\"></i></td>",
                        grouped(policy.unallocated), 100 * part);
    if (timed)
        html += fmt::format("<td>{}</td><td>{}</td><td>{}</td>", grouped(policy.waited),
                            duration_text(policy.mean_wait), duration_text(policy.longest_wait));
    else
        html += fmt::format("<td>{}</td>", grouped(policy.fragmented.mean, 2));
    return html + fmt::format("<td>{}</td><td>{}</td>", grouped(policy.failed), grouped(policy.rate));
}

std::string table(policies_view policies, bool timed) {
    const bool several =
        std::any_of(policies.begin(), policies.end(), [](const auto& p) { return p.runs.size() > 1; });
    double most = 0;
    for (const policy_summary& policy : policies) most = std::max(most, policy.unallocated);
    std::string html = "<section class=\"card\">\n<h2>Policies</h2>\n<p>";
    html += timed ? "Allocation is the mean over time. Waits are means over all tasks placed; tasks that "
                    "never fit count "
                    "as failed."
                  : "At the end of the replay, most allocated first. A task that does not fit when it "
                    "arrives fails.";
    if (several) html += " Means over the seeds; decisions a second are medians.";
    html += "</p>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Policy</th>";
    html += timed ? "<th scope=\"col\">Mean<br>allocated %</th>" : "<th scope=\"col\">Allocated<br>%</th>";
    if (several) html += "<th scope=\"col\">min\u2013max</th>";
    html += "<th scope=\"col\">Unallocated<br>GPUs</th><td class=\"bar\"></td>";
    html += timed ? "<th scope=\"col\">Tasks that<br>waited</th><th scope=\"col\">Mean<br>wait</th>"
                    "<th scope=\"col\">Longest<br>wait</th>"
                  : "<th scope=\"col\">Fragmented<br>%</th>";
    html += "<th scope=\"col\">Failed<br>tasks</th><th scope=\"col\">Decisions<br>a "
            "second</th></tr></thead>\n<tbody>\n";
    const std::size_t tied = tied_with_best(policies, &policy_summary::allocated);
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const bool best = i < tied && tied < policies.size();
        html +=
            fmt::format("<tr {}><th scope=\"row\">{}{}{}</th>{}</tr>\n", style_attributes(i, best ? "best" : "row"),
                        line_sample(i), html_text(policies[i].name), best ? "<span class=\"tag\">best</span>" : "",
                        cells(policies[i], timed, several, most));
    }
    return html + "</tbody>\n</table></div>\n</section>\n";
}

} // namespace

std::string report_html(const std::vector<run_record>& runs, const std::string& command_line) {
    const std::string name = "<h1>gpupack replay</h1>\n";
    const std::string command =
        command_line.empty() ? "" : fmt::format("<div class=\"command\">{}</div>\n", html_text(command_line));
    if (runs.empty())
        return page("gpupack replay", name + "<p class=\"headline\">Nothing was run.</p>\n" + command);
    if (runs.front().visits)
        return page("gpupack replay: " + runs.front().workload, name + visits_html(runs, command));
    const auto policies = summarise(runs);
    const bool timed =
        std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run.timeline.has_value(); });
    std::string body = name + headline(policies, timed) + facts(runs, load_of(runs, timed)) + command;
    const auto curves = curve_plots(policies);
    const auto times = timeline_plots(policies);
    if (!curves.empty() || !times.empty()) body += legend(policies, !curves.empty());
    for (const plot& each : curves) body += plot_html(each);
    for (const plot& each : times) body += plot_html(each);
    body += table(policies, timed) + bound_html(policies) + idle_html(runs, policies) + sizes_html(runs, policies);
    body += paired_html(runs, policies) + heat_html(policies);
    body += fmt::format("<footer>{} of {}.</footer>\n", counted(runs.size(), "run"),
                        policies.size() == 1 ? "1 policy" : grouped(policies.size()) + " policies");
    return page("gpupack replay: " + runs.front().workload, body);
}

} // namespace replay_program
