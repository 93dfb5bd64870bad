// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "outputs.hpp"
#include "report_page.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace replay_program {

namespace {

using nlohmann::ordered_json;

/// The names, models and sizes of the nodes.
ordered_json nodes_json(const std::vector<node_use>& nodes) {
    ordered_json names = ordered_json::array();
    ordered_json models = ordered_json::array();
    ordered_json gpus = ordered_json::array();
    for (const node_use& node : nodes) {
        names.push_back(node.name);
        models.push_back(node.model);
        gpus.push_back(node.allocated.size());
    }
    return {{"names", std::move(names)}, {"models", std::move(models)}, {"gpus", std::move(gpus)}};
}

/// The compute in use on every GPU at the end, in percent, node after node.
ordered_json use_json(const run_record& run) {
    ordered_json percent = ordered_json::array();
    for (const node_use& node : run.end)
        for (const int used : node.allocated) percent.push_back(used);
    return {{"policy", run.policy}, {"seed", run.seed}, {"percent", std::move(percent)}};
}

/// What the page shows beside the runs. All runs of one seed number the nodes alike, and one seed keeps its end.
ordered_json meta_json(const std::vector<run_record>& runs, const options& chosen) {
    ordered_json meta{
        {"program", "gpupack-replay " + program_version()}, {"command", chosen.command_line}, {"named", chosen.named}};
    const auto kept =
        std::find_if(runs.begin(), runs.end(), [](const run_record& run) { return !run.end.empty() && !run.churn; });
    if (kept == runs.end()) return meta;
    meta["nodes"] = nodes_json(kept->end);
    meta["use"] = ordered_json::array();
    for (const run_record& run : runs)
        if (run.end.size() == kept->end.size()) meta["use"].push_back(use_json(run));
    return meta;
}

/// JSON that may stand in a script element: `<` only occurs within strings, where it may be escaped.
std::string escaped(const std::string& document) {
    std::string text;
    text.reserve(document.size());
    for (const char c : document) {
        if (c == '<')
            text += "\\u003c";
        else
            text += c;
    }
    return text;
}

} // namespace

std::string report_html(const std::vector<run_record>& runs, const options& chosen) {
    const std::string meta = meta_json(runs, chosen).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    const std::string_view page = report_page;
    const std::size_t meta_at = page.find(report_meta_mark);
    const std::size_t runs_at = page.find(report_runs_mark, meta_at);
    const std::size_t after_meta = meta_at + report_meta_mark.size();
    std::string html{page.substr(0, meta_at)};
    html += escaped(meta);
    html += page.substr(after_meta, runs_at - after_meta);
    html += escaped(json_text(runs, json_layout::compact));
    html += page.substr(runs_at + report_runs_mark.size());
    return html;
}

} // namespace replay_program
