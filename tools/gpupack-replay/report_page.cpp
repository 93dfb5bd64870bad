// SPDX-License-Identifier: Apache-2.0
#include "report_page.hpp"

#include "report_script.hpp"
#include "report_style.hpp"
#include "report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace replay_program {

namespace {

/// The texts of the runs, each once, with commas.
template <class Text> std::string each_once(const std::vector<run_record>& runs, Text&& text) {
    std::vector<std::string> known;
    for (const run_record& run : runs) {
        std::string told = text(run);
        if (!told.empty() && std::find(known.begin(), known.end(), told) == known.end())
            known.push_back(std::move(told));
    }
    return fmt::format("{}", fmt::join(known, ", "));
}

/// A count over the runs: "8,152", or "8,101–8,230" where they differ.
template <class Count> std::string count_range(const std::vector<run_record>& runs, Count&& count) {
    std::size_t least = count(runs.front());
    std::size_t most = least;
    for (const run_record& run : runs) {
        least = std::min(least, count(run));
        most = std::max(most, count(run));
    }
    return least == most ? grouped(least) : grouped(least) + "\u2013" + grouped(most);
}

std::string seeds_text(const std::vector<run_record>& runs) {
    std::vector<std::uint64_t> seeds;
    for (const run_record& run : runs) seeds.push_back(run.seed);
    std::sort(seeds.begin(), seeds.end());
    seeds.erase(std::unique(seeds.begin(), seeds.end()), seeds.end());
    const bool consecutive = seeds.back() - seeds.front() == seeds.size() - 1;
    if (consecutive && seeds.size() > 2) return fmt::format("{}\u2013{}", seeds.front(), seeds.back());
    if (seeds.size() > 12) return grouped(seeds.size()) + " different";
    return fmt::format("{}", fmt::join(seeds, ", "));
}

} // namespace

std::string page(const std::string& title, const std::string& body) {
    return fmt::format(R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy"
content="default-src 'none';style-src 'unsafe-inline';script-src 'unsafe-inline';img-src data:">
<title>{}</title>
<link rel="icon" href="data:,">
<style>{}</style>
</head>
<body>
<main>
{}</main>
<script>{}</script>
</body>
</html>
)html",
                       html_text(title), report_style, body, report_script);
}

std::string facts(const std::vector<run_record>& runs, const std::pair<const char*, std::string>& load) {
    std::vector<std::pair<const char*, std::string>> told;
    told.emplace_back("Workload", each_once(runs, [](const auto& run) { return run.workload; }));
    told.emplace_back("Nodes", count_range(runs, [](const auto& run) { return run.nodes; }));
    told.emplace_back("GPUs", count_range(runs, [](const auto& run) { return run.gpus; }));
    told.emplace_back("Tasks", count_range(runs, [](const auto& run) { return run.tasks; }));
    told.push_back(load);
    told.emplace_back("Engine", each_once(runs, [](const auto& run) { return run.engine; }));
    told.emplace_back("Seeds", seeds_text(runs));
    std::string html = "<dl class=\"facts\">\n";
    for (const auto& [name, value] : told)
        if (!value.empty()) html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html_text(value));
    return html + "</dl>\n";
}

} // namespace replay_program
