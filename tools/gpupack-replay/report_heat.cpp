// SPDX-License-Identifier: Apache-2.0
#include "report_heat.hpp"

#include "report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace replay_program {

namespace {

/// The end of one policy, and which of the layouts its nodes have.
struct map_of_policy {
    const policy_summary* policy;
    const run_record* run;
    std::size_t layout;
};

bool same_layout(const std::vector<node_use>& a, const std::vector<node_use>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const node_use& x, const node_use& y) {
        return x.name == y.name && x.model == y.model && x.allocated.size() == y.allocated.size();
    });
}

/// Two hexadecimal digits a GPU.
std::string use_text(const std::vector<node_use>& nodes) {
    std::string told;
    for (const node_use& node : nodes)
        for (const int percent : node.allocated)
            fmt::format_to(std::back_inserter(told), "{:02x}", std::clamp(percent, 0, 100));
    return told;
}

/// Names, number of GPUs, and model of every node.
std::string layout_json(const std::vector<node_use>& nodes) {
    std::vector<std::string> models;
    std::string names;
    std::string gpus;
    std::string model_of;
    for (const node_use& node : nodes) {
        const auto known = std::find(models.begin(), models.end(), node.model);
        const char* comma = names.empty() ? "" : ",";
        names += comma + json_text(node.name);
        gpus += comma + std::to_string(node.allocated.size());
        model_of += comma + std::to_string(known - models.begin());
        if (known == models.end()) models.push_back(node.model);
    }
    std::string model_names;
    for (const std::string& model : models)
        model_names += (model_names.empty() ? "" : ",") + json_text(model.empty() ? "GPU" : model);
    return fmt::format(R"({{"names":[{}],"gpus":[{}],"model":[{}],"models":[{}]}})", names, gpus, model_of,
                       model_names);
}

std::string data_json(const std::vector<map_of_policy>& maps, const std::vector<const run_record*>& layouts) {
    std::string json = "{\"layouts\":[";
    for (std::size_t i = 0; i < layouts.size(); ++i) json += (i == 0 ? "" : ",\n") + layout_json(layouts[i]->end);
    json += "],\n\"maps\":[";
    for (std::size_t i = 0; i < maps.size(); ++i)
        json += fmt::format("{}{{\"layout\":{},\"use\":\"{}\"}}", i == 0 ? "" : ",\n", maps[i].layout,
                            use_text(maps[i].run->end));
    return json + "]}";
}

bool any_gpu(const run_record& run) {
    return std::any_of(run.end.begin(), run.end.end(),
                       [](const node_use& node) { return !node.allocated.empty(); });
}

} // namespace

std::string heat_html(const std::vector<policy_summary>& policies) {
    std::vector<map_of_policy> maps;
    std::vector<const run_record*> layouts;
    for (const policy_summary& policy : policies) {
        const auto kept =
            std::find_if(policy.runs.begin(), policy.runs.end(), [](const auto* run) { return any_gpu(*run); });
        if (kept == policy.runs.end()) continue;
        const auto known = std::find_if(layouts.begin(), layouts.end(),
                                        [&](const auto* each) { return same_layout(each->end, (*kept)->end); });
        maps.push_back({&policy, *kept, static_cast<std::size_t>(known - layouts.begin())});
        if (known == layouts.end()) layouts.push_back(*kept);
    }
    if (maps.empty()) return "";
    std::string options;
    for (std::size_t i = 0; i < maps.size(); ++i)
        options += fmt::format("<option value=\"{}\">{} (seed {})</option>", i, html_text(maps[i].policy->name),
                               maps[i].run->seed);
    return fmt::format(R"html(<section class="card" id="heat" hidden>
<div class="heat-head"><div><h2>Every GPU at the end</h2>
<p>A column of cells is a node, a cell one of its GPUs. Within a model, nodes with most free compute come
first.</p></div>
<label>Policy <select id="heat-policy">{}</select></label></div>
<div class="heat-key"><span>idle</span><i></i><span>full</span><span id="heat-sum" role="status"></span></div>
<div id="heat-maps"></div>
</section>
<noscript><p class="card">The map of every GPU at the end needs scripts.</p></noscript>
<div id="tip" hidden></div>
<script type="application/json" id="heat-data">{}</script>
)html",
                       options, data_json(maps, layouts));
}

} // namespace replay_program
