// SPDX-License-Identifier: Apache-2.0
#include "report_kinds.hpp"

#include "report_plots.hpp"
#include "report_shade.hpp"
#include "report_text.hpp"

#include <fmt/format.h>
#include <gpupack/replay/measure.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace replay_program {

namespace {

/// Of the tasks that came, those of each kind, in percent: over all seeds.
std::vector<double> shares_of(const std::vector<run_record>& runs) {
    std::vector<std::int64_t> came(runs.front().visits->names.size(), 0);
    std::int64_t all = 0;
    for (const run_record& run : runs)
        for (std::size_t kind = 0; kind < came.size(); ++kind) {
            came[kind] += run.visits->result.came[kind];
            all += run.visits->result.came[kind];
        }
    std::vector<double> told;
    for (const std::int64_t each : came) told.push_back(all == 0 ? 0 : gpupack::replay::percent(each, all));
    return told;
}

std::string head_html(const std::vector<std::string>& names, const std::vector<double>& shares) {
    std::string html = "<thead><tr><th scope=\"col\">Policy</th>";
    for (const std::string& name : names) html += fmt::format("<th scope=\"col\">{}</th>", html_text(name));
    html += "</tr>\n<tr class=\"share\"><th scope=\"row\">share of tasks, %</th>";
    for (const double share : shares) html += fmt::format("<td>{}</td>", grouped(share, 1));
    return html + "</tr></thead>\n";
}

/// A cell; a dash for a kind of which nothing came.
std::string cell_html(const seed_range& accepted, double best, double share, bool several) {
    if (share <= 0) return "<td>\u2013</td>";
    const std::string range = several ? fmt::format(" title=\"{}\u2013{} over seeds\"", grouped(accepted.least, 1),
                                                    grouped(accepted.most, 1))
                                      : "";
    return fmt::format("<td style=\"--p:{:.2f}\"{}>{}</td>", shade(best - accepted.mean), range,
                       grouped(accepted.mean, 1));
}

} // namespace

std::string kinds_html(const std::vector<visits_summary>& policies, const std::vector<run_record>& runs) {
    const std::vector<std::string>& names = runs.front().visits->names;
    const std::vector<double> shares = shares_of(runs);
    std::vector<double> best(names.size(), 0);
    for (const visits_summary& each : policies)
        for (std::size_t kind = 0; kind < best.size(); ++kind)
            best[kind] = std::max(best[kind], each.by_kind[kind].mean);
    std::string html =
        "<section class=\"card\">\n<h2>Accepted by kind of task</h2>\n<p>Percent of the tasks of that "
        "kind, by number. The stronger the colour, the further below the best policy for the kind.</p>\n";
    html += shade_key("points behind the best") + "<div class=\"scroll\"><table class=\"kinds\">\n" +
            head_html(names, shares) + "<tbody>\n";
    for (std::size_t i = 0; i < policies.size(); ++i) {
        html += fmt::format("<tr {}><th scope=\"row\"><i class=\"pip\"></i>{}</th>", style_attributes(i, "row"),
                            html_text(policies[i].policy));
        for (std::size_t kind = 0; kind < best.size(); ++kind)
            html += cell_html(policies[i].by_kind[kind], best[kind], shares[kind], policies[i].seeds > 1);
        html += "</tr>\n";
    }
    return html + "</tbody>\n</table></div>\n</section>\n";
}

} // namespace replay_program
