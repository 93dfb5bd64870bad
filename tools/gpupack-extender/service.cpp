// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include "log.hpp"

#include <algorithm>

namespace extender {

namespace {

/// The highest score of the extender protocol.
constexpr std::int64_t most_score = 10;

std::vector<std::string> node_names(const nlohmann::json& request) {
    std::vector<std::string> names;
    if (request.contains("NodeNames") && request["NodeNames"].is_array()) {
        for (const nlohmann::json& name : request["NodeNames"])
            if (name.is_string()) names.push_back(name.get<std::string>());
        return names;
    }
    if (!request.contains("Nodes") || !request["Nodes"].is_object() || !request["Nodes"].contains("items") || !request["Nodes"]["items"].is_array()) return names;
    for (const nlohmann::json& node : request["Nodes"]["items"]) names.push_back(cluster_view::key_of(node));
    return names;
}

/// The scores of nodes: 0 where the pod has nothing to gain or no devices would be found.
std::vector<std::int64_t> scores(const std::vector<node_forecast>& forecasts, scoring rule) {
    const auto cost = [&](const node_forecast& one) { return rule == scoring::fewest_lost ? one.lost : one.left; };
    std::int64_t most = 0;
    for (const node_forecast& one : forecasts)
        if (one.possible) most = std::max(most, cost(one));
    std::vector<std::int64_t> made;
    for (const node_forecast& one : forecasts) {
        const std::int64_t gain = most == 0 ? most_score : (2 * most_score * (most - cost(one)) + most) / (2 * most); // rounded
        made.push_back(one.possible && rule != scoring::none ? gain : 0);
    }
    return made;
}

} // namespace

std::optional<std::string> prioritize(const std::string& body, cluster_view& view, scoring rule, bool dry_run) {
    const nlohmann::json request = nlohmann::json::parse(body, nullptr, false);
    if (!request.is_object() || !request.contains("Pod") || !request["Pod"].is_object()) return std::nullopt;
    const std::vector<std::string> names = node_names(request);
    const std::vector<node_forecast> forecasts = view.forecast(request["Pod"], names);
    const std::vector<std::int64_t> points = scores(forecasts, rule);
    nlohmann::json reply = nlohmann::json::array();
    for (std::size_t i = 0; i < names.size(); ++i) reply.push_back({{"Host", names[i]}, {"Score", dry_run ? 0 : points[i]}});
    const auto best = std::ranges::max_element(points);
    if (best != points.end() && *best > 0) {
        const auto i = static_cast<std::size_t>(best - points.begin());
        log_line("info", "prioritize", {{"pod", cluster_view::key_of(request["Pod"])}, {"node", names[i]}, {"devices", forecasts[i].devices}, {"lost", forecasts[i].lost}, {"dry_run", dry_run}});
    }
    return reply.dump();
}

std::string metrics_text(const cluster_view& view, const watch_state& watches, const service_counters& counters) {
    const auto line = [](const char* name, std::uint64_t value) { return std::string{"gpupack_extender_"} + name + " " + std::to_string(value) + "\n"; };
    return line("prioritize_total", counters.calls) + line("bad_requests_total", counters.refused) + line("prioritize_microseconds_total", counters.micros) +
           line("nodes", view.size(object_kind::node)) + line("device_classes", view.size(object_kind::device_class)) +
           line("resource_slices", view.size(object_kind::resource_slice)) + line("resource_claims", view.size(object_kind::resource_claim)) +
           line("watch_events_total", watches.events) + line("watch_restarts_total", watches.restarts) + line("objects_refused_total", watches.refused);
}

} // namespace extender
