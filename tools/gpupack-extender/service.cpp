// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include "extender_call.hpp"
#include "log.hpp"
#include "objects.hpp"

#include <algorithm>

namespace extender {

namespace {

/// The scores of nodes: 0 where the pod has nothing to gain or no devices would be found.
std::vector<std::int64_t> scores(const std::vector<forecast_pointer>& forecasts, scoring rule) {
    const auto cost = [&](const node_forecast& one) { return rule == scoring::fewest_lost ? one.lost : one.left; };
    std::int64_t most = 0;
    for (const forecast_pointer& one : forecasts)
        if (one->possible) most = std::max(most, cost(*one));
    std::vector<std::int64_t> made;
    for (const forecast_pointer& one : forecasts) {
        const std::int64_t gain = most == 0 ? std::int64_t{most_score}
                                            : (2 * most_score * (most - cost(*one)) + most) / (2 * most); // rounded
        made.push_back(one->possible && rule != scoring::none ? gain : 0);
    }
    return made;
}

/// Appends a text in JSON. Names of nodes have nothing to escape, and a document for each of thousands would be most of the work.
void append_quoted(std::string& reply, const std::string& text) {
    const bool plain =
        std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; });
    if (plain)
        reply.append("\"").append(text).append("\"");
    else
        reply.append(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace

std::optional<std::string> prioritize(const std::string& body, cluster_view& view, scoring rule, bool dry_run) {
    const auto call = read_extender_call(body);
    if (!call) return std::nullopt;
    const std::vector<std::string>& names = call->nodes;
    const std::vector<forecast_pointer> forecasts = view.forecast(call->pod, names);
    const std::vector<std::int64_t> points = scores(forecasts, rule);
    std::string reply = "["; // by hand: of thousands of nodes, a document would be most of the work
    for (std::size_t i = 0; i < names.size(); ++i) {
        reply.append(i == 0 ? "" : ",").append(R"({"Host":)");
        append_quoted(reply, names[i]);
        reply.append(R"(,"Score":)").append(std::to_string(dry_run ? 0 : points[i])).append("}");
    }
    reply.append("]");
    const auto best = std::ranges::max_element(points);
    if (best != points.end() && *best > 0) {
        const auto i = static_cast<std::size_t>(best - points.begin());
        log_line("info", "prioritize",
                 {{"pod", key_of(call->pod)},
                  {"node", names[i]},
                  {"devices", forecasts[i]->devices},
                  {"lost", forecasts[i]->lost},
                  {"dry_run", dry_run}});
    }
    return reply;
}

std::optional<std::string> forecast(const std::string& body, cluster_view& view) {
    const auto call = read_extender_call(body);
    if (!call) return std::nullopt;
    const std::vector<forecast_pointer> forecasts = view.forecast(call->pod, call->nodes);
    nlohmann::json reply = nlohmann::json::array();
    for (std::size_t i = 0; i < forecasts.size(); ++i)
        reply.push_back({{"Host", call->nodes[i]},
                         {"Possible", forecasts[i]->possible},
                         {"Devices", forecasts[i]->devices},
                         {"Lost", forecasts[i]->lost},
                         {"Left", forecasts[i]->left}});
    return reply.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

namespace {

std::string metric(const char* name, std::uint64_t value) {
    return std::string{"gpupack_extender_"} + name + " " + std::to_string(value) + "\n";
}

} // namespace

std::string watch_metrics(const watch_state& watches) {
    return metric("watch_events_total", watches.events) + metric("watch_restarts_total", watches.restarts) +
           metric("objects_refused_total", watches.refused);
}

std::string metrics_text(const cluster_view& view, const watch_state& watches, const service_counters& counters) {
    return metric("prioritize_total", counters.calls) + metric("bad_requests_total", counters.refused) +
           metric("prioritize_microseconds_total", counters.micros) + metric("nodes", view.size(object_kind::node)) +
           metric("device_classes", view.size(object_kind::device_class)) +
           metric("resource_slices", view.size(object_kind::resource_slice)) +
           metric("resource_claims", view.size(object_kind::resource_claim)) + watch_metrics(watches);
}

} // namespace extender
